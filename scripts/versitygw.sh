#!/usr/bin/env bash
# versitygw.sh: versitygw on 127.0.0.1, an S3 server over a folder, for the contract suite.
#
#   install   build it with Go (pinned version) if it is not there, and install openssl and curl
#   start     one process for HTTP and one for TLS over the same folder
#   env       print the variables that `go test ./conformance` reads
#   status    say what runs
#   stop      end what start started; what was stored is gone at the next start
#   destroy   stop, and delete the folder (the built program stays in the cache)
#
# Variables: VERSITYGW_DIR, VERSITYGW_PORT (7480; TLS is one higher, its admin interface two), COOPER_TOOLS.

NAME=versitygw
. "$(dirname "$0")/loopback.sh"

VERSION=v1.8.0
DIR=${VERSITYGW_DIR:-${TMPDIR:-/tmp}/cooper-versitygw}
PORT=${VERSITYGW_PORT:-7480}
TOOLS=${COOPER_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/cooper/tools}
PROGRAM=$TOOLS/versitygw-$VERSION/versitygw
DAEMONS=(http tls)

ROOT_KEY=COOPERVERSITYROOT001
ROOT_SECRET=cooperVersityRootSecret0000000000000001
OTHER_KEY=cooperother
OTHER_SECRET=cooperVersityOtherSecret000000000000002

install() {
  packages openssl curl
  [[ -x $PROGRAM ]] && return
  say "building $VERSION"
  GOBIN=$(dirname "$PROGRAM") go install "github.com/versity/versitygw/cmd/versitygw@$VERSION"
}

# serve DAEMON ADDRESS ARGUMENT...
serve() {
  local daemon=$1 address=$2
  shift 2
  ROOT_ACCESS_KEY=$ROOT_KEY ROOT_SECRET_KEY=$ROOT_SECRET setsid "$PROGRAM" --port "$address" --region us-east-1 --quiet \
    --iam-dir "$DIR/iam" --virtual-domain localhost "$@" posix --versioning-dir "$DIR/versions" "$DIR/data" \
    >"$DIR/log/$daemon" 2>&1 </dev/null &
  echo $! >"$DIR/pid/$daemon"
}

admin() {
  "$PROGRAM" admin --access "$ROOT_KEY" --secret "$ROOT_SECRET" --endpoint-url "http://127.0.0.1:$((PORT + 2))" "$@"
}

start() {
  if alive http && alive tls; then return; fi
  stop
  rm -rf "$DIR"/{data,versions,iam}
  mkdir -p "$DIR"/{data,versions,iam,log,pid}
  certificate "$DIR/tls"
  serve http "127.0.0.1:$PORT" --admin-port "127.0.0.1:$((PORT + 2))"
  serve tls "127.0.0.1:$((PORT + 1))" --cert "$DIR/tls/cert.pem" --key "$DIR/tls/key.pem"
  await 20 "versitygw over HTTP" curl -s -o /dev/null "http://127.0.0.1:$PORT/"
  await 20 "versitygw over TLS" curl -s -o /dev/null --cacert "$DIR/tls/cert.pem" "https://localhost:$((PORT + 1))/"
  admin create-user --access "$OTHER_KEY" --secret "$OTHER_SECRET" --role user >>"$DIR/log/admin" 2>&1
  say "http://127.0.0.1:$PORT and https://localhost:$((PORT + 1))"
}

stop() {
  local d
  for d in "${DAEMONS[@]}"; do finish "$d" 5; done
}

# It takes any x-amz-mfa header, so one made-up device will do: the suite shows that it ignores MFADelete.
variables() {
  cat <<VARIABLES
export S3_SERVER=versitygw
export S3_ENDPOINT=http://127.0.0.1:$PORT
export S3_TLS_ENDPOINT=https://localhost:$((PORT + 1))
export S3_CA=$DIR/tls/cert.pem
export S3_REGION=us-east-1
export S3_ACCESS=$ROOT_KEY
export S3_SECRET=$ROOT_SECRET
export S3_ACCESS2=$OTHER_KEY
export S3_SECRET2=$OTHER_SECRET
export S3_USER2=$OTHER_KEY
export S3_MFA_SERIAL=arn:aws:iam::000000000000:mfa/none
export S3_MFA_SEED=$SEED_BASE32
export S3_MFA_SEED_HEX=$SEED_HEX
VARIABLES
}

case ${1:-} in
install) install ;;
start) install && start ;;
env) variables ;;
status) report ;;
stop) stop ;;
destroy) stop && rm -rf "$DIR" ;;
*) usage ;;
esac

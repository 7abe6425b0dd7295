#!/usr/bin/env bash
# bench-transfers.sh [sandbox|versitygw]...: cooper, rclone and the AWS CLI move 1 x 2 GiB and 5,000 x 64 KiB both ways.
#
# Prints a line for each: seconds, peak resident memory in MB, processor seconds, what was done. It needs Debian's
# packages rclone, awscli and time, about 7 GB below TMPDIR, and ten minutes for both servers.
#
# Variables: BENCH_DIR, BENCH_PORT (18433), COOPER (the program to measure; built when not given).

set -euo pipefail
cd "$(dirname "$0")/.."
DIR=${BENCH_DIR:-${TMPDIR:-/tmp}/cooper-bench-transfers}
PORT=${BENCH_PORT:-18433}
AWS=${AWSCLI:-/usr/bin/aws}
mkdir -p "$DIR"
COOPER=${COOPER:-$DIR/cooper}
[[ -x $COOPER ]] || go build -trimpath -ldflags '-s -w' -o "$COOPER" .

data() {
  [[ -f $DIR/big ]] || head -c 2147483648 /dev/urandom >"$DIR/big"
  [[ -d $DIR/small ]] && return
  mkdir -p "$DIR/small"
  head -c $((5000 * 65536)) /dev/urandom | split -b 65536 -a 4 -d --additional-suffix=.bin - "$DIR/small/f"
}

# measured NAME COMMAND...
measured() {
  local name=$1
  shift
  sync
  if ! /usr/bin/time -o "$DIR/time" -f '%e %M %U %S' "$@" >"$DIR/out" 2>&1; then
    echo "$server  $name failed: $(tail -1 "$DIR/out")"
    return
  fi
  tail -1 "$DIR/time" | awk -v what="$server  $name" '{printf "%7.1f s %6.0f MB %6.1f s processor   %s\n", $1, $2/1024, $3+$4, what}'
}

clients() {
  unset AWS_CA_BUNDLE # rclone of Debian takes none, and everything here is plain HTTP
  export XDG_STATE_HOME=$DIR/state AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=$DIR/none AWS_SHARED_CREDENTIALS_FILE=$DIR/none
  export RCLONE_CONFIG=$DIR/rclone.conf RCLONE_CONFIG_S_TYPE=s3 RCLONE_CONFIG_S_PROVIDER=Other RCLONE_CONFIG_S_ENV_AUTH=true \
    RCLONE_CONFIG_S_ENDPOINT=$AWS_ENDPOINT_URL RCLONE_CONFIG_S_REGION=$AWS_REGION RCLONE_CONFIG_S_FORCE_PATH_STYLE=true RCLONE_S3_NO_CHECK_BUCKET=true \
    RCLONE_CONFIG_S_ACL=bucket-owner-full-control # its own "private" is refused where ACLs are off
  local where=(--create-bucket-configuration "LocationConstraint=$AWS_REGION")
  [[ $AWS_REGION == us-east-1 ]] && where=()
  "$AWS" --endpoint-url "$AWS_ENDPOINT_URL" s3api create-bucket --bucket bench "${where[@]}" >/dev/null
  touch "$RCLONE_CONFIG"
  local aws=("$AWS" --endpoint-url "$AWS_ENDPOINT_URL" s3 cp --no-progress --only-show-errors)
  for what in big small; do
    local deep=() rc=copyto
    [[ $what == small ]] && deep=(-r) rc=copy
    measured "cooper up   $what" "$COOPER" cp --yes "${deep[@]}" "$DIR/$what" "s3://bench/cooper/$what"
    measured "rclone up   $what" rclone $rc "$DIR/$what" "S:bench/rclone/$what"
    measured "awscli up   $what" "${aws[@]}" ${deep:+--recursive} "$DIR/$what" "s3://bench/aws/$what"
    measured "cooper down $what" "$COOPER" cp "${deep[@]}" "s3://bench/cooper/$what" "$DIR/to-cooper"
    measured "rclone down $what" rclone $rc "S:bench/rclone/$what" "$DIR/to-rclone"
    measured "awscli down $what" "${aws[@]}" ${deep:+--recursive} "s3://bench/aws/$what" "$DIR/to-aws"
    for to in cooper rclone aws; do
      diff -rq "$DIR/$what" "$DIR/to-$to" || echo "$server  $to: the copy differs"
      rm -rf "$DIR/to-$to"
    done
  done
}

sandbox() {
  "$COOPER" sandbox --empty --listen "127.0.0.1:$PORT" >"$DIR/sandbox.env" &
  local pid=$!
  for _ in $(seq 100); do grep -q COOPER_MFA_SEED "$DIR/sandbox.env" && break || sleep 0.1; done
  (
    . "$DIR/sandbox.env"
    export AWS_ENDPOINT_URL=http://127.0.0.1:$PORT
    clients
  )
  kill "$pid"
  wait "$pid" || true
}

versitygw() {
  export VERSITYGW_DIR=$DIR/versitygw VERSITYGW_PORT=$((PORT + 10))
  scripts/versitygw.sh start >/dev/null
  (
    eval "$(scripts/versitygw.sh env)"
    export AWS_ENDPOINT_URL=$S3_ENDPOINT AWS_REGION=$S3_REGION AWS_DEFAULT_REGION=$S3_REGION AWS_ACCESS_KEY_ID=$S3_ACCESS AWS_SECRET_ACCESS_KEY=$S3_SECRET
    export COOPER_DIALECT=compatible COOPER_PATH_STYLE=always
    clients
  )
  scripts/versitygw.sh destroy >/dev/null
}

data
for server in "${@:-sandbox versitygw}"; do
  for s in $server; do server=$s "$s"; done
done

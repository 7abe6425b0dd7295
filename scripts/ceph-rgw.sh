#!/usr/bin/env bash
# ceph-rgw.sh: Ceph's S3 gateway on 127.0.0.1, the one free server with real MFA delete, for the contract suite.
#
#   install      Debian's packages for one monitor, one OSD in memory and one gateway
#   start        make a new cluster and serve HTTP and TLS; nothing to do when it runs already
#   env          print the variables that `go test ./conformance` reads
#   code         print the one-time code of this moment, which every device shows
#   freshcode    wait for the next code and print it: a device takes each code once
#   devices      list the MFA devices
#   admin ...    radosgw-admin on this cluster
#   status       say what runs
#   stop         end what start started; what was stored is gone
#   destroy      stop, and delete the folder
#
# Variables: CEPH_RGW_DIR, CEPH_RGW_PORT (7490; TLS is one higher, the monitor two, the OSD's own the thirty from ten above).

NAME=ceph-rgw
. "$(dirname "$0")/loopback.sh"

DIR=${CEPH_RGW_DIR:-${TMPDIR:-/tmp}/cooper-ceph-rgw}
PORT=${CEPH_RGW_PORT:-7490}
DAEMONS=(client.rgw.a osd.0 mon.a)
CONFIG=$DIR/ceph.conf

OWNER=owner
OWNER_KEY=COOPERCEPHOWNER00001
OWNER_SECRET=cooperCephOwnerSecret00000000000000000001
OTHER=other
OTHER_KEY=COOPERCEPHOTHER00002
OTHER_SECRET=cooperCephOtherSecret00000000000000000002
# Each device takes a code once. Eight on one seed let a suite send eight in a step instead of one.
DEVICES=(cooper-mfa-1 cooper-mfa-2 cooper-mfa-3 cooper-mfa-4 cooper-mfa-5 cooper-mfa-6 cooper-mfa-7 cooper-mfa-8)

install() { packages ceph-mon ceph-osd ceph-common radosgw oathtool openssl curl; }

# key LETTER: 32 bytes for the gateway's built-in key store.
key() { printf "%.0s$1" {1..32} | base64; }

configure() {
  cat >"$CONFIG" <<CONFIG
[global]
fsid = $1
mon initial members = a
mon host = [v1:127.0.0.1:$((PORT + 2))/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind port min = $((PORT + 10))
ms bind port max = $((PORT + 39))
auth cluster required = none
auth service required = none
auth client required = none
run dir = $DIR/pid
crash dir = $DIR/log
pid file = $DIR/pid/\$name
admin socket = $DIR/pid/\$name.socket
log file = $DIR/log/\$name
mon cluster log file = $DIR/log/cluster

[mon]
mon data = $DIR/mon
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 4000
mon data avail warn = 2
mon data avail crit = 1
# one copy of everything, and few placement groups: a gateway makes a dozen pools
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off

[osd]
osd data = $DIR/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
# the gateway's classes, the one for TOTP among them, are refused unless they are listed
osd class load list = *
osd class default list = *

[client]
rgw data = $DIR/rgw

[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:$PORT ssl_endpoint=127.0.0.1:$((PORT + 1)) ssl_certificate=$DIR/tls/cert.pem ssl_private_key=$DIR/tls/key.pem
rgw dns name = localhost
rgw thread pool size = 32
rgw crypt require ssl = true
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = testkey-1=$(key a) testkey-2=$(key b)
rgw s3 auth use sts = true
rgw sts key = cooper-sts-key-1
# a day of a lifecycle rule lasts ten seconds
rgw lc debug interval = 10
CONFIG
}

ceph_() { command ceph -c "$CONFIG" --connect-timeout 3 "$@"; }
admin() { radosgw-admin -c "$CONFIG" -n client.admin --log-file "$DIR/log/admin" "$@"; }
osd_is_up() { ceph_ osd stat | grep -q '1 up'; }

start() {
  local d running=0 id osd
  for d in "${DAEMONS[@]}"; do if alive "$d"; then running=$((running + 1)); fi; done
  if ((running == ${#DAEMONS[@]})); then return; fi
  stop
  # The OSD's data was in memory, and a monitor that remembers it is of no use: begin anew.
  rm -rf "$DIR"/{mon,osd,rgw,pid,log}
  mkdir -p "$DIR"/{mon,osd,rgw,pid,log}
  certificate "$DIR/tls"
  id=$(</proc/sys/kernel/random/uuid)
  osd=$(</proc/sys/kernel/random/uuid)
  configure "$id"

  monmaptool --create --clobber --fsid "$id" --addv a "[v1:127.0.0.1:$((PORT + 2))]" "$DIR/monmap" >/dev/null
  ceph-mon -c "$CONFIG" -i a --mkfs --monmap "$DIR/monmap"
  ceph-mon -c "$CONFIG" -i a
  await 60 "the monitor" ceph_ mon stat

  ceph_ osd new "$osd" 0 >/dev/null
  ceph-osd -c "$CONFIG" -i 0 --mkfs --osd-uuid "$osd" >"$DIR/log/mkfs" 2>&1
  # It asks the monitor before it knows the cluster's id now and then, is told "wrong fsid" and gives up.
  await 30 "the OSD's process" ceph-osd -c "$CONFIG" -i 0
  await 90 "the OSD" osd_is_up

  radosgw -c "$CONFIG" -n client.rgw.a >/dev/null 2>>"$DIR/log/rgw.start"
  await 180 "the gateway" curl -fsS -o /dev/null "http://127.0.0.1:$PORT/"
  await 20 "the gateway's TLS" curl -fsS -o /dev/null --cacert "$DIR/tls/cert.pem" "https://localhost:$((PORT + 1))/"
  user "$OWNER" "$OWNER_KEY" "$OWNER_SECRET"
  user "$OTHER" "$OTHER_KEY" "$OTHER_SECRET"
  for d in "${DEVICES[@]}"; do
    admin mfa create --uid "$OWNER" --totp-serial "$d" --totp-seed "$SEED_HEX" --totp-seed-type hex \
      --totp-seconds 30 --totp-window 1
  done
  say "http://127.0.0.1:$PORT and https://localhost:$((PORT + 1))"
}

# user NAME KEY SECRET
user() {
  admin user create --uid "$1" --display-name "$1" --access-key "$2" --secret-key "$3" --caps 'roles=*;user-policy=*' >/dev/null
}

stop() {
  local d
  for d in "${DAEMONS[@]}"; do finish "$d" 20; done
}

code() { oathtool --totp "$SEED_HEX"; }

freshcode() {
  local now
  now=$(code)
  while [[ $(code) == "$now" ]]; do sleep 0.5; done
  code
}

variables() {
  local IFS=,
  cat <<VARIABLES
export S3_SERVER=ceph-rgw
export S3_ENDPOINT=http://127.0.0.1:$PORT
export S3_TLS_ENDPOINT=https://localhost:$((PORT + 1))
export S3_CA=$DIR/tls/cert.pem
export S3_REGION=default
export S3_ACCESS=$OWNER_KEY
export S3_SECRET=$OWNER_SECRET
export S3_ACCESS2=$OTHER_KEY
export S3_SECRET2=$OTHER_SECRET
export S3_USER2=arn:aws:iam:::user/$OTHER
export S3_MFA_SERIAL=${DEVICES[*]}
export S3_MFA_SEED=$SEED_BASE32
export S3_MFA_SEED_HEX=$SEED_HEX
export S3_KMS_KEY=testkey-1
export S3_KMS_KEY2=testkey-2
VARIABLES
}

case ${1:-} in
install) install ;;
start) install && start ;;
env) variables ;;
code) code ;;
freshcode) freshcode ;;
devices) admin mfa list --uid "$OWNER" ;;
admin) shift && admin "$@" ;;
status) report ;;
stop) stop ;;
destroy) stop && rm -rf "$DIR" ;;
*) usage ;;
esac

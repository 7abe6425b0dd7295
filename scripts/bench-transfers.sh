#!/usr/bin/env bash
# bench-transfers.sh [sandbox|versitygw|million]...: cooper, rclone and the AWS CLI move 1 x 2 GiB and 5,000 x 64 KiB both ways.
#
# Prints a table: the medians of RUNS rounds in seconds, peak resident memory in MB and processor seconds, of the clients
# alone. The tools take turns within each round, so that what else the machine does meets all of them. Every copy is
# compared with its source. cooper's downloads are on the disk when it ends; "cooper --no-sync" does what the others do, and
# the last columns say how long each took with a sync of the disk behind it.
#
# million: one job of 1,000,000 objects each, deleted, and downloaded as files: how much memory it takes.
#
# It needs Debian's packages rclone, awscli and time, 10 GB below TMPDIR and as much memory, and an hour for everything.
# Variables: RUNS (3), BENCH_DIR, BENCH_PORT (18433), BENCH_BIG and BENCH_SMALL (2048 MiB, 5000 files), BENCH_MILLION
# (1000000), COOPER (the program to measure; built when not given), TOOLS (cooper rclone aws).

set -euo pipefail
cd "$(dirname "$0")/.."
DIR=${BENCH_DIR:-${TMPDIR:-/tmp}/cooper-bench-transfers}
PORT=${BENCH_PORT:-18433}
AWS=${AWSCLI:-/usr/bin/aws}
RUNS=${RUNS:-3}
BIG=${BENCH_BIG:-2048}
SMALL=${BENCH_SMALL:-5000}
read -ra TOOLS <<<"${TOOLS:-cooper rclone aws}"
mkdir -p "$DIR"
COOPER=${COOPER:-}
if [[ -z $COOPER ]]; then
  COOPER=$DIR/cooper
  go build -trimpath -ldflags '-s -w' -o "$COOPER" .
fi
RESULTS=$DIR/results
: >"$RESULTS"

data() {
  [[ -f $DIR/big-$BIG ]] || head -c $((BIG << 20)) /dev/urandom >"$DIR/big-$BIG"
  [[ -d $DIR/small-$SMALL ]] && return
  mkdir -p "$DIR/small-$SMALL"
  head -c $((SMALL * 65536)) /dev/urandom | split -b 65536 -a 4 -d --additional-suffix=.bin - "$DIR/small-$SMALL/f"
}

# measured WHAT TOOL COMMAND...: a line of results: server, what, tool, seconds, MB, processor seconds, seconds with a sync.
measured() {
  local what=$1 tool=$2 from to
  shift 2
  sync -f "$DIR"
  from=$(date +%s%N)
  if ! /usr/bin/time -o "$DIR/time" -f '%e %M %U %S' "$@" >"$DIR/out" 2>&1; then
    echo "$server, $what, $tool failed: $(tail -1 "$DIR/out")" >&2
    return
  fi
  sync -f "$DIR"
  to=$(date +%s%N)
  tail -1 "$DIR/time" | awk -v server="$server" -v what="$what" -v tool="$tool" -v all=$((to - from)) \
    '{printf "%s\t%s\t%s\t%.2f\t%.0f\t%.2f\t%.2f\n", server, what, tool, $1, $2/1024, $3+$4, all/1e9}' | tee -a "$RESULTS" >&2
}

environment() {
  unset AWS_CA_BUNDLE # rclone of Debian takes none, and everything here is plain HTTP
  export XDG_STATE_HOME=$DIR/state AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=$DIR/none AWS_SHARED_CREDENTIALS_FILE=$DIR/none
  export RCLONE_CONFIG=$DIR/rclone.conf RCLONE_CONFIG_S_TYPE=s3 RCLONE_CONFIG_S_PROVIDER=Other RCLONE_CONFIG_S_ENV_AUTH=true \
    RCLONE_CONFIG_S_ENDPOINT=$AWS_ENDPOINT_URL RCLONE_CONFIG_S_REGION=$AWS_REGION RCLONE_CONFIG_S_FORCE_PATH_STYLE=true RCLONE_S3_NO_CHECK_BUCKET=true \
    RCLONE_CONFIG_S_ACL=bucket-owner-full-control # its own "private" is refused where ACLs are off
  touch "$RCLONE_CONFIG"
  local where=(--create-bucket-configuration "LocationConstraint=$AWS_REGION")
  [[ $AWS_REGION == us-east-1 ]] && where=()
  "$AWS" --endpoint-url "$AWS_ENDPOINT_URL" s3api create-bucket --bucket bench "${where[@]}" >/dev/null
}

# moved KIND SOURCE TOOL: one tool moves one thing up and down, and is held to what came back.
moved() {
  local kind=$1 source=$2 tool=$3 place="bench/$3/$1" deep=() many=() rc=copyto to=$DIR/to
  [[ -d $source ]] && deep=(-r) many=(--recursive) rc=copy
  local aws=("$AWS" --endpoint-url "$AWS_ENDPOINT_URL" s3 cp --no-progress --only-show-errors "${many[@]}")
  rm -rf "$to"
  case $tool in
    cooper)
      measured "$kind up" cooper "$COOPER" cp --yes "${deep[@]}" "$source" "s3://$place"
      measured "$kind down" "cooper --no-sync" "$COOPER" cp --no-sync "${deep[@]}" "s3://$place" "$to"
      diff -rq "$source" "$to"
      rm -rf "$to"
      measured "$kind down" cooper "$COOPER" cp "${deep[@]}" "s3://$place" "$to"
      ;;
    rclone)
      measured "$kind up" rclone rclone $rc "$source" "S:$place"
      measured "$kind down" rclone rclone $rc "S:$place" "$to"
      ;;
    aws)
      measured "$kind up" "AWS CLI" "${aws[@]}" "$source" "s3://$place"
      measured "$kind down" "AWS CLI" "${aws[@]}" "s3://$place" "$to"
      ;;
  esac
  diff -rq "$source" "$to" || echo "$server, $kind, $tool: the copy differs" >&2
  rm -rf "$to"
  "$COOPER" rm -r --yes "s3://bench/$tool/" >/dev/null # the sandbox keeps it in memory
}

rounds() {
  environment
  for ((run = 0; run < RUNS; run++)); do
    for i in "${!TOOLS[@]}"; do
      local tool=${TOOLS[(i + run) % ${#TOOLS[@]}]} # another one begins each round
      moved "$((BIG))_MiB" "$DIR/big-$BIG" "$tool"
      moved "${SMALL}_x_64_KiB" "$DIR/small-$SMALL" "$tool"
    done
  done
}

# on_sandbox FLAG... -- COMMAND: runs something against a sandbox.
on_sandbox() {
  local flags=()
  while [[ $1 != -- ]]; do flags+=("$1") && shift; done
  shift
  "$COOPER" sandbox --empty --listen "127.0.0.1:$PORT" "${flags[@]}" >"$DIR/sandbox.env" &
  local pid=$!
  for _ in $(seq 600); do grep -q COOPER_MFA_SEED "$DIR/sandbox.env" && break || sleep 0.1; done
  (
    . "$DIR/sandbox.env"
    export AWS_ENDPOINT_URL=http://127.0.0.1:$PORT
    "$@"
  )
  kill "$pid"
  wait "$pid" || true
}

sandbox() { on_sandbox -- rounds; }

versitygw() {
  export VERSITYGW_DIR=$DIR/versitygw VERSITYGW_PORT=$((PORT + 10))
  scripts/versitygw.sh start >/dev/null
  (
    eval "$(scripts/versitygw.sh env)"
    export AWS_ENDPOINT_URL=$S3_ENDPOINT AWS_REGION=$S3_REGION AWS_DEFAULT_REGION=$S3_REGION AWS_ACCESS_KEY_ID=$S3_ACCESS AWS_SECRET_ACCESS_KEY=$S3_SECRET
    export COOPER_DIALECT=compatible COOPER_PATH_STYLE=always
    rounds
  )
  scripts/versitygw.sh destroy >/dev/null
}

million() {
  on_sandbox --fill "million=${BENCH_MILLION:-1000000}" -- a_million
}

a_million() {
  environment
  rm -rf "$DIR/to"
  measured "${BENCH_MILLION:-1000000}_objects" "cooper cp -r --no-sync" "$COOPER" cp -r --no-sync s3://million/ "$DIR/to"
  rm -rf "$DIR/to"
  measured "${BENCH_MILLION:-1000000}_objects" "cooper rm -r" "$COOPER" rm -r --yes s3://million/
}

# table prints the medians of the results.
table() {
  echo "| server, what | tool | seconds | MB | processor seconds | seconds with a sync | rounds |"
  echo "|---|---|---|---|---|---|---|"
  cut -f1-3 "$RESULTS" | sort -u | while IFS=$'\t' read -r s w t; do
    median() { awk -F'\t' -v s="$s" -v w="$w" -v t="$t" -v c="$1" '$1==s && $2==w && $3==t {print $c}' "$RESULTS" | sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
    echo "| $s, ${w//_/ } | $t | $(median 4) | $(median 5) | $(median 6) | $(median 7) | $(awk -F'\t' -v s="$s" -v w="$w" -v t="$t" '$1==s && $2==w && $3==t' "$RESULTS" | wc -l) |"
  done
  echo
  echo "$(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg), $(uname -sr), $(date -u +%F); rclone $(rclone version 2>/dev/null | head -1 | cut -d' ' -f2), $("$AWS" --version 2>&1 | cut -d' ' -f1)"
}

servers=("$@")
((${#servers[@]})) || servers=(sandbox versitygw)
data
for server in "${servers[@]}"; do "$server"; done
table

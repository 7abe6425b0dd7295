# What the scripts beside this one have in common; they source it. Every server is for tests: it listens on 127.0.0.1
# only, its keys are written here in the open, and what is stored in it is lost when it stops.

set -Eeuo pipefail
trap 'printf "%s: line %s: \"%s\" failed\n" "$NAME" "$LINENO" "$BASH_COMMAND" >&2' ERR

# The seed of the MFA devices, as hexadecimal digits and as an authenticator wants it.
readonly SEED_HEX=636f6f7065722d746573742d7365656421212121
readonly SEED_BASE32=MNXW64DFOIWXIZLTOQWXGZLFMQQSCIJB

say() { printf '%s: %s\n' "$NAME" "$*" >&2; }

# packages NAME...: installs those of Debian's packages that are missing.
packages() {
  local p missing=()
  for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  if ! apt-cache show "${missing[@]}" >/dev/null 2>&1; then apt-get update -qq; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null </dev/null
}

# certificate DIR: a self-signed certificate for the loopback names, in DIR/cert.pem and DIR/key.pem.
certificate() {
  [[ -s $1/cert.pem && -s $1/key.pem ]] && return
  mkdir -p "$1"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 30 -subj "/CN=$NAME" \
    -addext 'subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1' \
    -keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null
  chmod 600 "$1/key.pem"
}

# ours PID: whether the process is one of this server's. Its command line must name our folder, or the number belongs
# to another process by now.
ours() { grep -qaF -- "$DIR" "/proc/$1/cmdline" 2>/dev/null; }

# alive DAEMON: whether the process whose number is in DIR/pid/DAEMON still runs.
alive() {
  [[ -s $DIR/pid/$1 ]] && ours "$(<"$DIR/pid/$1")"
}

# finish DAEMON SECONDS: ends it in order, or by force when it takes longer. It waits for the process and not for its
# file, which some servers remove before they have let go of their ports.
finish() {
  local i pid
  if alive "$1"; then
    pid=$(<"$DIR/pid/$1")
    kill "$pid" 2>/dev/null || true
    for ((i = 0; i < $2 * 10; i++)); do
      ours "$pid" || break
      sleep 0.1
    done
    if ours "$pid"; then kill -KILL "$pid" 2>/dev/null || true; fi
  fi
  rm -f "$DIR/pid/$1"
}

# await SECONDS WHAT COMMAND...: until COMMAND succeeds.
await() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      say "$what did not come up; its logs are in $DIR/log"
      return 1
    fi
    sleep 0.2
  done
}

report() {
  local d
  for d in "${DAEMONS[@]}"; do
    if alive "$d"; then echo "$d runs, pid $(<"$DIR/pid/$d")"; else echo "$d is down"; fi
  done
}

# usage prints the comment at the head of the script.
usage() {
  sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

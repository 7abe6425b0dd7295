#!/usr/bin/env bash
# vuln.sh PROGRAM: runs govulncheck. A database that can't be reached is said in one line and is no failure; a
# vulnerability is.
set -uo pipefail

out=$("$1" ./... 2>&1)
code=$?
if ((code != 0 && code != 3)) && grep -qiE 'fetching vulnerabilit|dial tcp|no such host|connection refused|proxyconnect|timeout|HTTP GET|unexpected status' <<<"$out"; then
  echo "govulncheck: the vulnerability database does not answer here, so nothing was checked"
  exit 0
fi
echo "$out"
exit "$code"

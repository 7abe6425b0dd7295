#!/usr/bin/env bash
# contract.sh SERVER...: starts each server by the script of its name, runs the conformance suite on it, stops it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

# run SERVER: in a shell of its own, so that the variables of one server don't reach the next and the trap always runs.
run() (
  trap 'scripts/"$1".sh stop' EXIT
  scripts/"$1".sh start || exit 1
  variables=$(scripts/"$1".sh env) || exit 1
  eval "$variables"
  go test -count=1 -timeout 15m ./conformance/...
)

failed=()
for server in "$@"; do
  echo "== $server"
  run "$server" || failed+=("$server")
done
if ((${#failed[@]})); then
  echo "failed on: ${failed[*]}"
  exit 1
fi

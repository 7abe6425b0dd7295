#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the module for TIME, one after the other. Finds are written to testdata/fuzz
# of the package, and the run goes on with the next target.
set -uo pipefail

time=${1:-5s}
failed=0 count=0 targets=()

# fuzz TARGET PACKAGE: Go before 1.27 now and then takes the end of the time for a failure (go.dev/issue/75804) and says
# nothing but that: such a run is made again, a find never is.
fuzz() {
  for _ in 1 2 3; do
    out=$(go test -run '^$' -fuzz "^$1\$" -fuzztime "$time" "$2" 2>&1) && return
    grep -A 1 -e "^--- FAIL: $1 " <<<"$out" | grep -q '^    context deadline exceeded$' || return 1
    if grep -q 'Failing input' <<<"$out"; then return 1; fi
  done
  return 1
}

if ! listed=$(go test -list '^Fuzz' ./...); then
  echo "$listed"
  exit 1
fi
while read -r word package _; do
  case $word in
  Fuzz*) targets+=("$word") ;;
  ok)
    for target in "${targets[@]}"; do
      count=$((count + 1))
      if fuzz "$target" "$package"; then
        echo "ok    $package $target"
      else
        echo "FAIL  $package $target"
        echo "$out"
        failed=$((failed + 1))
      fi
    done
    targets=()
    ;;
  esac
done <<<"$listed"

echo "$((count - failed)) of $count fuzz targets held for $time"
((failed == 0))

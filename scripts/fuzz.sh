#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the module for TIME, one after the other. Finds are written to testdata/fuzz
# of the package, and the run goes on with the next target.
set -uo pipefail

time=${1:-5s}
failed=0 count=0 targets=()

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
      if out=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package" 2>&1); then
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

#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the module for TIME, one after the other. Finds are written to testdata/fuzz
# of the package, and the run goes on with the next target. Each package is built once: go test -fuzz would link and vet
# it again for each of its targets, which takes as long as the fuzzing.
set -uo pipefail

time=${1:-5s}
failed=0 count=0
corpus=$(go env GOCACHE)/fuzz
built=$(mktemp -d) || exit 1
trap 'rm -rf "$built"' EXIT

# fuzz TARGET PACKAGE: Go before 1.27 now and then takes the end of the time for a failure (go.dev/issue/75804) and says
# nothing but that: such a run is made again, a find never is.
fuzz() {
  for _ in 1 2 3; do
    out=$("$built/test" -test.run '^$' -test.fuzz "^$1\$" -test.fuzztime "$time" -test.fuzzcachedir "$corpus/$2" 2>&1) && return
    grep -A 1 -e "^--- FAIL: $1 " <<<"$out" | grep -q '^    context deadline exceeded$' || return 1
    if grep -q 'Failing input' <<<"$out"; then return 1; fi
  done
  return 1
}

# each PACKAGE TARGET...: fuzzes the targets, in the package's folder, where testdata is.
each() {
  local package=$1 target
  shift
  count=$((count + $#))
  if ! out=$(go test -c -fuzz=. -o "$built/test" . 2>&1); then
    echo "FAIL  $package is not built"
    echo "$out"
    failed=$((failed + $#))
    return
  fi
  for target; do
    if fuzz "$target" "$package"; then
      echo "ok    $package $target"
    else
      echo "FAIL  $package $target"
      echo "$out"
      failed=$((failed + 1))
    fi
  done
}

if ! packages=$(go list -f '{{.ImportPath}} {{.Dir}} {{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}' ./...); then exit 1; fi
while read -r package dir files; do
  [[ -n $files ]] && cd "$dir" || continue
  # shellcheck disable=SC2086 # names of Go files have no spaces
  targets=$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $files)
  # shellcheck disable=SC2086 # one word each
  if [[ -n $targets ]]; then each "$package" $targets; fi
done <<<"$packages"

echo "$((count - failed)) of $count fuzz targets held for $time"
((failed == 0))

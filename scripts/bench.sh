#!/usr/bin/env bash
# bench.sh: measures what docs/performance.md tells, a few minutes in all. Close other programs first.
#
# Variables: COUNT (3), how often each benchmark is run; TEST=1 times `go test ./...` as well.
set -euo pipefail
cd "$(dirname "$0")/.."

COUNT=${COUNT:-3}

bench() { # PACKAGE PATTERN TIME
  go test -run '^$' -bench "$2" -benchtime "$3" -count "$COUNT" "$1" | grep -E '^(Benchmark|cpu|FAIL)' | sort -u
}

echo "== $(go version), $(nproc) processors"
echo "== the program: first frame, idle bytes, size"
bench . '^BenchmarkFirstFrame$' 15x
bench . '^BenchmarkIdle$' 1x
echo "== a listing of 1,000,000 keys at 30 ms a request"
bench ./conformance '^BenchmarkListingAMillionKeys$' 1x
echo "== the sandbox with 1,000,000 objects, and the SDK that decodes its pages"
bench ./sandbox '^Benchmark(PageOf1000Of1000000|PageOf1000Prefixes|VersionPage|MemoryOfAMillionObjects|MemoryOfSmallObjectsThatWerePut|SeedDemo|SeedLogs|TheSDKDecodesAPage)$' 1s
echo "== a million records of access logs"
bench ./awsops/accesslog '^BenchmarkAMillionLines$' 1x
echo "== client-side encryption beside plain AES-256-GCM"
go test -run '^$' -bench '^BenchmarkSpeed$' -cpu 1 -count "$COUNT" ./awsops/s3ec | grep -E '^(Benchmark|FAIL)'
echo "== the shell and the grid"
bench ./ui '^Benchmark(TwoThousandKeys|Draw|DrawWithDialog)$' 1s
bench ./ui/grid . 1s
echo "== bytes that keys cost, as the tests hold them"
go test -count=1 -run "Byte" -v ./ui ./ui/grid | grep -iE 'bytes|ok|FAIL' || true
if [[ ${TEST:-} ]]; then
  echo "== go test ./... with the dependencies compiled"
  go build ./... && time go test -count=1 ./...
fi

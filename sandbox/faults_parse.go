package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads a rule as it is written on the command line: a kind, then conditions, separated by commas.
//
//	slowdown,op=ListObjectsV2,times=3
//	reset-after,op=DeleteObjects,skip=1
//	status=502,bucket=invoices-*,chance=0.1
//	delay=250ms
//
// Kinds: slowdown, internal, expired, reset, reset-after, truncate=BYTES, status=N (with code=NAME for an error
// document), delay=DURATION. Conditions: op, bucket, key, skip, times, chance, and delay in front of any kind.
func ParseFault(text string) (Fault, error) {
	parts := strings.Split(text, ",")
	f, err := faultOfKind(strings.TrimSpace(parts[0]))
	if err != nil {
		return f, err
	}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if err := f.set(name, value); err != nil {
			return f, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	return f, nil
}

// plainKinds are the kinds that need no value.
var plainKinds = map[string]Fault{
	"slowdown": SlowDown(), "internal": InternalError(), "expired": ExpiredToken(),
	"reset": {Kind: FaultReset}, "reset-after": {Kind: FaultResetAfter},
}

func faultOfKind(text string) (f Fault, err error) {
	if f, ok := plainKinds[text]; ok {
		return f, nil
	}
	kind, value, _ := strings.Cut(text, "=")
	switch kind {
	case "truncate":
		f.Kind = FaultTruncate
		f.Bytes, err = strconv.ParseInt(value, 10, 64)
	case "status":
		f.Status, err = strconv.Atoi(value)
		if err == nil && (f.Status < 200 || f.Status > 599) {
			err = fmt.Errorf("no such status")
		}
	case "delay":
		f.Kind = FaultDelay
		f.Delay, err = time.ParseDuration(value)
	default:
		err = fmt.Errorf("no such kind; one of slowdown, internal, expired, reset, reset-after, truncate=N, status=N, delay=D")
	}
	if err != nil {
		return f, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

func (f *Fault) set(name, value string) (err error) {
	switch name {
	case "op":
		f.Operation = value
	case "bucket":
		f.Bucket = value
	case "key":
		f.Key = value
	case "code":
		f.Code, f.Message = value, value
	case "skip":
		f.Skip, err = strconv.Atoi(value)
	case "times":
		f.Times, err = strconv.Atoi(value)
	case "chance":
		f.Chance, err = strconv.ParseFloat(value, 64)
	case "delay":
		f.Delay, err = time.ParseDuration(value)
	default:
		err = fmt.Errorf("no such condition %q", name)
	}
	return err
}

package grid

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSortIsStableInBothDirectionsAndKeepsWhatIsWanted(t *testing.T) {
	keys := []int{3, 1, 2, 1, 3, 2}
	for _, c := range []struct {
		name string
		keep func(int) bool
		desc bool
		want []uint32
	}{
		{"ascending", nil, false, []uint32{1, 3, 2, 5, 0, 4}},
		{"descending", nil, true, []uint32{0, 4, 2, 5, 1, 3}},
		{"filtered", func(row int) bool { return keys[row] != 2 }, false, []uint32{1, 3, 0, 4}},
		{"nothing left", func(int) bool { return false }, false, []uint32{}},
	} {
		got, err := Sort(t.Context(), len(keys), c.keep, func(row int) int { return keys[row] }, c.desc)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestManyChunksSortAsOneSliceWould(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3*chunk + 7} {
		keys := make([]uint16, n)
		for i := range keys {
			keys[i] = uint16(r.Uint32())
		}
		got, err := Sort(t.Context(), n, nil, func(row int) uint16 { return keys[row] }, false)
		if err != nil || len(got) != n {
			t.Fatal(len(got), err)
		}
		inOrder := slices.IsSortedFunc(got, func(a, b uint32) int {
			if keys[a] != keys[b] {
				return int(keys[a]) - int(keys[b])
			}
			return int(a) - int(b)
		})
		slices.Sort(got)
		if !inOrder || (n > 0 && (int(got[n-1]) != n-1 || len(slices.Compact(got)) != n)) {
			t.Errorf("%d rows: not a sorted permutation", n)
		}
	}
}

func TestFilterGoesOnWhereItStopped(t *testing.T) {
	even := func(row int) bool { return row%2 == 0 }
	first, err := Filter(t.Context(), nil, 0, 5, even)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Filter(t.Context(), first, 5, 9, even)
	if d := cmp.Diff([]uint32{0, 2, 4, 6, 8}, all); d != "" || err != nil {
		t.Error(d, err)
	}
	none, err := Filter(t.Context(), nil, 0, 5, func(int) bool { return false })
	if none == nil || len(none) != 0 || err != nil {
		t.Errorf("no match must be an empty order, not none: %v %v", none, err)
	}
}

func TestACancelledOrderIsNoOrder(t *testing.T) {
	why := errors.New("the filter changed")
	ctx, cancel := context.WithCancelCause(t.Context())
	seen := 0
	stop := func(row int) bool {
		if seen++; row == 2*chunk {
			cancel(why)
		}
		return true
	}
	if order, err := Filter(ctx, nil, 0, 100*chunk, stop); order != nil || !errors.Is(err, why) || seen > 3*chunk {
		t.Errorf("%d rows, %v, %d rows looked at", len(order), err, seen)
	}
	if order, err := Sort(ctx, 10, nil, func(row int) int { return row }, false); order != nil || !errors.Is(err, why) {
		t.Errorf("%v %v", order, err)
	}
	ctx, cancel = context.WithCancelCause(t.Context())
	last := func(row int) int {
		if row == 3*chunk-1 {
			cancel(why)
		}
		return -row
	}
	if order, err := Sort(ctx, 3*chunk, nil, last, false); order != nil || !errors.Is(err, why) {
		t.Errorf("cancelled while sorting: %d rows, %v", len(order), err)
	}
}

func TestThousandsHaveCommas(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12000: "12,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func BenchmarkSortAMillionIntegers(b *testing.B) {
	keys := make([]int64, 1_000_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range keys {
		keys[i] = r.Int64()
	}
	for b.Loop() {
		if _, err := Sort(b.Context(), len(keys), nil, func(row int) int64 { return keys[row] }, false); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFilterAMillionRows(b *testing.B) {
	for b.Loop() {
		if _, err := Filter(b.Context(), nil, 0, 1_000_000, func(row int) bool { return row&7 == 0 }); err != nil {
			b.Fatal(err)
		}
	}
}

package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cooper/awsops/listing"
)

// manyKeys are keys of several levels and alphabets, sorted by their bytes as S3 sorts.
func manyKeys() []string {
	var keys []string
	for i := range 60 {
		keys = append(keys, fmt.Sprintf("flat-%03d.txt", i), fmt.Sprintf("logs/2026/%02d/%02d/x y+z&%%41.log", 1+i%12, i), fmt.Sprintf("日本/ü-%d", i))
	}
	keys = append(keys, "logs-old", "z~", "Ω")
	slices.Sort(keys)
	return keys
}

func TestSeveralWorkersSeeWhatOneSees(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "Enabled")
	keys := manyKeys()
	for _, k := range keys {
		w.put(t, b, k, "x")
	}
	levels := []string{}
	for _, k := range keys {
		if i := strings.IndexByte(k, '/'); i >= 0 {
			k = k[:i+1]
		}
		if !slices.Contains(levels, k) {
			levels = append(levels, k)
		}
	}
	var under []string
	for _, k := range keys {
		if strings.HasPrefix(k, "logs/") {
			under = append(under, k)
		}
	}
	for _, workers := range []int{1, 8} {
		for name, c := range map[string]struct {
			q    listing.Query
			want []string
		}{
			"all":      {listing.Query{}, keys},
			"prefix":   {listing.Query{Prefix: "logs/"}, under},
			"levels":   {listing.Query{Delimiter: "/"}, levels},
			"versions": {listing.Query{Versions: true}, keys},
		} {
			t.Run(fmt.Sprintf("%s by %d", name, workers), func(t *testing.T) {
				q := c.q
				q.Bucket, q.Workers, q.PageSize = b, workers, 7
				l := listing.Start(t.Context(), w.reader(), q)
				if err := l.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				var got []string
				v := l.View()
				for i := range v.Len() {
					got = append(got, v.Row(i).Key)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("got %d rows %q,\nwant %d %q", len(got), got, len(c.want), c.want)
				}
			})
		}
	}
}

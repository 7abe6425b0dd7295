package listing

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cooper/awsops"
)

// reader opens a session whose requests are answered in memory.
func reader(t *testing.T, rt http.RoundTripper) *awsops.Reader {
	t.Helper()
	s, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: "https://s3.example.test",
		Dialect: awsops.DialectSandbox, Transport: rt,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	return s.Reader()
}

// serve answers what a session asks before it lists, and passes listings on.
type serve struct{ list http.RoundTripper }

func (s serve) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodHead {
		resp := answer(req, 200, "")
		resp.Header.Set("X-Amz-Bucket-Region", "eu-west-1")
		return resp, nil
	}
	if req.Method != http.MethodGet {
		return answer(req, 501, "<Error><Code>NotImplemented</Code></Error>"), nil
	}
	return s.list.RoundTrip(req)
}

func TestAMillionKeysAtThirtyMillisecondsTakeLessThanFiveSeconds(t *testing.T) {
	keys := flat(1_000_000)
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{keys: keys, latency: 30 * time.Millisecond, most: 1000}
		var before, after runtime.MemStats
		r := reader(t, serve{b})
		runtime.GC()
		runtime.ReadMemStats(&before)
		from := time.Now()
		l := Start(t.Context(), r, Query{Bucket: "b"})
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(from); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
		check(t, keys, l.View())
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 100<<20 {
			t.Errorf("the rows take %d MiB", grown>>20)
		}
		t.Logf("%d requests in %v, %d at once, %d MiB kept", l.Requests(), time.Since(from), b.peak,
			(int64(after.HeapAlloc)-int64(before.HeapAlloc))>>20)
	})
}

func TestTheFirstPageIsThereAfterOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{keys: flat(50_000), latency: 30 * time.Millisecond, most: 1000}
		l := Start(t.Context(), reader(t, serve{b}), Query{Bucket: "b"})
		for n := 0; n == 0; n, _ = l.Len() {
			time.Sleep(time.Millisecond)
		}
		b.mu.Lock()
		done := b.requests - b.inFlight
		b.mu.Unlock()
		if n, complete := l.Len(); n != 1000 || complete || done != 1 {
			t.Errorf("%d rows, complete %t after %d requests", n, complete, done)
		}
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestASmallBucketCostsOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{keys: flat(1000), most: 1000}
		l := Start(t.Context(), reader(t, serve{b}), Query{Bucket: "b"})
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(t, b.keys, l.View())
		if l.Requests() != 1 || b.requests != 1 {
			t.Errorf("%d requests", b.requests)
		}
	})
}

func TestThrottlingSlowsAListingDownAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{keys: tree(40_000), latency: 10 * time.Millisecond, most: 1000}
		b.slow = func(n int) bool { return n > 10 && n < 60 }
		l := Start(t.Context(), reader(t, serve{b}), Query{Bucket: "b"})
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(t, b.keys, l.View())
	})
}

func TestStoppingAListingKeepsTheRowsAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{keys: flat(500_000), latency: 30 * time.Millisecond, most: 1000}
		l := Start(t.Context(), reader(t, serve{b}), Query{Bucket: "b"})
		time.Sleep(200 * time.Millisecond)
		l.Stop()
		err := l.Wait(t.Context())
		e, ok := errors.AsType[*awsops.Error](err)
		if !ok || e.Kind != awsops.KindCancelled {
			t.Fatalf("got %v", err)
		}
		n, complete := l.Len()
		if n == 0 || complete {
			t.Fatalf("%d rows, complete %t", n, complete)
		}
		check(t, b.keys[:n], l.View())
	})
}

func TestAnErrorEndsTheListingWithItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		deny := roundTrip(func(req *http.Request) (*http.Response, error) {
			return answer(req, 403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"), nil
		})
		l := Start(t.Context(), reader(t, serve{deny}), Query{Bucket: "b"})
		_ = l.Wait(t.Context())
		if e := l.Err(); e == nil || e.Kind != awsops.KindDenied || l.Complete() {
			t.Errorf("got %v, complete %t", e, l.Complete())
		}
	})
}

func TestAnErrorInsideAnAnswerOf200IsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lie := roundTrip(func(req *http.Request) (*http.Response, error) {
			return answer(req, 200, "<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"), nil
		})
		l := Start(t.Context(), reader(t, serve{lie}), Query{Bucket: "b"})
		_ = l.Wait(t.Context())
		if e := l.Err(); e == nil || l.Complete() {
			t.Errorf("got %v, complete %t", e, l.Complete())
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestAnOddAnswerIsReadByTheSDK(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		odd := roundTrip(func(req *http.Request) (*http.Response, error) {
			return answer(req, 200, `<ListBucketResult><EncodingType>url</EncodingType><contents><key>a%2Bb+c</key><size>7</size></contents>`+
				`<IsTruncated>false</IsTruncated></ListBucketResult>`), nil
		})
		l := Start(t.Context(), reader(t, serve{odd}), Query{Bucket: "b"})
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, _ := l.Len(); n != 1 || l.Row(0).Key != "a+b c" || l.Row(0).Size != 7 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestBytesThatXMLDoesNotAllowAreTakenAsTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const key = "a\x01b\xff\x1b[31m"
		crude := roundTrip(func(req *http.Request) (*http.Response, error) {
			return answer(req, 200, "<ListBucketResult><Prefix>a&#x1;</Prefix><IsTruncated>false</IsTruncated><Contents><Key>"+key+"</Key></Contents></ListBucketResult>"), nil
		})
		l := Start(t.Context(), reader(t, serve{crude}), Query{Bucket: "b"})
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, _ := l.Len(); n != 1 || l.Row(0).Key != key {
			t.Errorf("%d rows", n)
		}
	})
}

func TestPagesOfAnySizeAndKeysOfAnyBytesAreListedExactly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		keys := hostile(1 + rnd.IntN(3000))
		prefix := []string{"", "", "a", "é", "//"}[rnd.IntN(5)]
		most, workers := 1+rnd.IntN(60), 1+rnd.IntN(40)
		synctest.Test(t, func(t *testing.T) {
			b := &bucket{keys: keys, latency: 5 * time.Millisecond, most: most}
			l := Start(t.Context(), reader(t, serve{b}), Query{Bucket: "b", Prefix: prefix, Workers: workers})
			if err := l.Wait(t.Context()); err != nil {
				t.Fatalf("%v, prefix %q, pages of %d, %d workers", err, prefix, most, workers)
			}
			var want []string
			for _, k := range keys {
				if strings.HasPrefix(k, prefix) {
					want = append(want, k)
				}
			}
			check(t, want, l.View())
		})
	}
}

func TestCommonPrefixesAreListedOnceBySeveralWorkers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 40 {
		keys := hostile(1 + rnd.IntN(2000))
		most, workers := 1+rnd.IntN(40), 1+rnd.IntN(20)
		synctest.Test(t, func(t *testing.T) {
			b := &bucket{keys: keys, latency: 5 * time.Millisecond, most: most}
			l := Start(t.Context(), reader(t, serve{b}), Query{Bucket: "b", Delimiter: "/", Workers: workers})
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			full := &bucket{keys: keys, most: len(keys) + 1}
			want, _ := full.rolledUp("", "/", "")
			v := l.View()
			var got []string
			for i := range v.Len() {
				row := v.Row(i)
				if row.Prefix != strings.Contains(row.Key, "/") {
					t.Fatalf("row %q, prefix %t", row.Key, row.Prefix)
				}
				got = append(got, row.Key)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("pages of %d, %d workers: got %q, want %q", most, workers, got, want)
			}
		})
	}
}

func TestAServerWithoutOrderIsListedPageByPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Listing{Query: Query{Bucket: "b"}}
		f := &jumbled{pages: [][]string{{"a", "b"}, {"d", "e"}, {"c", "f"}, {"g"}}}
		if err := l.list(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		v := l.View()
		var got []string
		for i := range v.Len() {
			got = append(got, v.Row(i).Key)
		}
		if strings.Join(got, "") != "abdecfg" {
			t.Errorf("got %v", got)
		}
	})
}

// jumbled serves pages in an order of its own; start-after is no use there.
type jumbled struct{ pages [][]string }

func (j *jumbled) fetch(_ context.Context, at place) (*page, error) {
	n := 0
	if at.token != "" {
		n = int(at.token[0] - '0')
	}
	if at.after != nil {
		return build(&raw{}), nil
	}
	r := raw{truncated: n+1 < len(j.pages)}
	for _, k := range j.pages[n] {
		r.rows = append(r.rows, rawRow{key: []byte(k), nanos: noTime})
	}
	r.token = []byte{byte('0' + n + 1)}
	return build(&r), nil
}

// FuzzMiddleLiesBetween: a split point is strictly inside its range, and valid UTF-8 when the ends are.
func FuzzMiddleLiesBetween(f *testing.F) {
	f.Add("a", "b", "abc/019")
	f.Add("logs/2024/01/12/02/ffcd", "lol//", "logs/0123456789abcdef")
	f.Add("é", "日本", "日本é")
	f.Add("a\xff", "b", "a")
	f.Fuzz(func(t *testing.T, lo, hi, seen string) {
		var a alphabet
		a.add([]byte(seen))
		end := []byte(hi)
		if hi == "" {
			end = nil
		} else if lo >= hi {
			return
		}
		mid, ok := a.middle([]byte(lo), end, 0)
		if ok && !between([]byte(lo), mid, end) {
			t.Fatalf("%q is not between %q and %q", mid, lo, hi)
		}
	})
}

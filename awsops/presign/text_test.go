package presign

import (
	"fmt"
	"testing"
)

func TestSizesAndPairsAreReadAsTheyAreTyped(t *testing.T) {
	for text, want := range map[string]string{
		"1024": "1024", "10 MB": "10000000", "5MiB": "5242880", "1k": "1024", "5 GiB": "5368709120", "6 GiB": "one upload holds at most 5 GiB",
		"": "a size is written as 1024, 10 MB or 5 MiB", "x": "a size is written as 1024, 10 MB or 5 MiB", "-1": "a size is written as 1024, 10 MB or 5 MiB",
		"1 kk": "a size is written as 1024, 10 MB or 5 MiB", "99999999999999999999": "a size is written as 1024, 10 MB or 5 MiB",
	} {
		n, problem := ReadSize(text)
		if got := first(problem, fmt.Sprint(n)); got != want {
			t.Errorf("size %q: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"": "0 0", "10 MB": "0 10000000", "1 KB - 10 MB": "1000 10000000", "1-1": "1 1",
		"2-1": "the sizes go from a smaller to a larger one, such as 1 KB - 10 MB", "0": "the sizes go from a smaller to a larger one, such as 1 KB - 10 MB", "1-x": "a size is written as 1024, 10 MB or 5 MiB", "x-1": "a size is written as 1024, 10 MB or 5 MiB",
	} {
		least, most, problem := ReadSizes(text)
		if got := first(problem, fmt.Sprint(least, " ", most)); got != want {
			t.Errorf("sizes %q: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		" ": "[]", "a=b": "[{a b}]", "a=b, c = d=e ,f=": "[{a b} {c d=e} {f }]", "a": "write name=value, with commas between", "=b": "write name=value, with commas between",
	} {
		pairs, problem := ReadPairs(text)
		if got := first(problem, fmt.Sprint(pairs)); got != want {
			t.Errorf("pairs %q: %s, want %s", text, got, want)
		}
	}
}

func first(problem, value string) string {
	if problem != "" {
		return problem
	}
	return value
}

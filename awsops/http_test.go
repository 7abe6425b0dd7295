package awsops

import (
	"strings"
	"testing"
)

func TestABodyIsHandedOverAsItIsWhateverItsLengthWasSaidToBe(t *testing.T) {
	for _, text := range []string{"", "abc", "abcd", "abcde"} {
		got, err := readExactly(strings.NewReader(text), 4)
		if want := text[:min(len(text), 5)]; err != nil || string(got) != want {
			t.Errorf("%q came as %q: %v", text, got, err)
		}
	}
}

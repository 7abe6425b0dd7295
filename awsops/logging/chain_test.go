package logging

import (
	"errors"
	"strings"
	"testing"
)

func TestAChainIsFollowedUntilItLeadsBackEndsOrCannotBeRead(t *testing.T) {
	denied := errors.New("denied")
	for name, c := range map[string]struct {
		targets map[string]string // ? can't be read
		path    string
		ring    bool
		open    bool
	}{
		"a bucket that isn't logged":         {map[string]string{}, "a → b", false, false},
		"itself":                             {map[string]string{"b": "b"}, "a → b → b", true, false},
		"back to the source":                 {map[string]string{"b": "a"}, "a → b → a", true, false},
		"back through others":                {map[string]string{"b": "c", "c": "d", "d": "a"}, "a → b → c → d → a", true, false},
		"a ring that the source is not in":   {map[string]string{"b": "c", "c": "d", "d": "c"}, "a → b → c → d → c", true, false},
		"on to another":                      {map[string]string{"b": "c"}, "a → b → c", false, false},
		"on to one that can't be read":       {map[string]string{"b": "c", "c": "?"}, "a → b → c", false, true},
		"a target that can't be read itself": {map[string]string{"b": "?"}, "a → b", false, true},
	} {
		got := follow("a", "b", func(bucket string) (string, error) {
			if c.targets[bucket] == "?" {
				return "", denied
			}
			return c.targets[bucket], nil
		})
		if got.Path("a") != c.path || got.Ring != c.ring || (got.Err != nil) != c.open {
			t.Errorf("%s: %s, ring %v, %v", name, got.Path("a"), got.Ring, got.Err)
		}
	}
	if got := follow("a", "a", nil); !got.Ring {
		t.Error("a bucket that logs to itself is no ring")
	}
}

func TestEveryBucketGetsAStatementOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, source := range []string{"ab", "a-b", "a.b", "a--b", "A-B"} {
		id := sid(source)
		if other, found := seen[id]; found || strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			t.Errorf("%s of %s is also that of %q, or no Sid", id, source, other)
		}
		seen[id] = source
	}
}

func TestAPrefixIsNoPatternInAPolicy(t *testing.T) {
	if s := Statement("aws-cn", "logs", "a*?$", "source", "111122223333"); !strings.Contains(s, `"arn:aws-cn:s3:::logs/a${*}${?}${$}*"`) {
		t.Error(s)
	}
}

func TestOnlyNamesOfTheLogServiceAreLogFiles(t *testing.T) {
	for name, want := range map[string]bool{
		"2026-11-21-10-00-05-0123456789ABCDEF": true, "2026-11-21-10-00-05-x": true, "2026-11-21-10-00-05": false, "2026-13-21-10-00-05-0123456789ABCDEF": false,
		"2026-notes.txt": false, "2026-11-21-10-00-05-0123/456789ABCDEF": false, "": false,
	} {
		if isName(name) != want {
			t.Errorf("%q", name)
		}
	}
}

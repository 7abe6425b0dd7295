package cors

import (
	"fmt"
	"slices"
)

// Difference is one thing in which a server answered otherwise than Simulate says.
type Difference struct {
	What                string // a header's name, or "status"
	Simulated, Answered string // "" where there is none
}

// compared are the headers that decide over what a browser allows. Lists are compared as sets and without regard to
// case, since servers order and write them as they like.
var compared = []struct {
	name string
	list bool
}{
	{"Access-Control-Allow-Origin", false}, {"Access-Control-Allow-Credentials", false}, {"Access-Control-Allow-Methods", true},
	{"Access-Control-Allow-Headers", true}, {"Access-Control-Expose-Headers", true}, {"Access-Control-Max-Age", false},
}

// Compare says where a server's answer differs from what was simulated. header gives a header of the answer. The status
// of an actual request is not looked at: CORS doesn't decide over it.
func Compare(want Result, status int, header func(name string) string) []Difference {
	var out []Difference
	if want.Status != 0 && (want.Status == 200) != (status >= 200 && status < 300) {
		out = append(out, Difference{"status", fmt.Sprint(want.Status), fmt.Sprint(status)})
	}
	for _, h := range compared {
		simulated, answered := want.Get(h.name), header(h.name)
		same := simulated == answered
		if h.list {
			same = slices.Equal(sorted(simulated), sorted(answered))
		}
		if !same {
			out = append(out, Difference{h.name, simulated, answered})
		}
	}
	return out
}

func sorted(list string) []string {
	out := split(list)
	slices.Sort(out)
	return slices.Compact(out)
}

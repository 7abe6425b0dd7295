package objectset

import (
	"sync"

	"cooper/awsops"
)

// Changed remembers which of a few objects a job has changed. A plan's read-back looks at these and no others: of an
// object that could not be changed, the failure tells, and the server must not be blamed for ignoring what it refused.
// It is safe for use by several goroutines.
type Changed struct {
	mu sync.Mutex
	is map[spot]bool // false: of interest, and not changed
}

type spot struct{ key, version string }

// Watch makes a Changed for these objects.
func Watch(few []awsops.Entry) *Changed {
	c := &Changed{is: map[spot]bool{}}
	for _, e := range few {
		c.is[spot{e.Key, e.VersionID}] = false
	}
	return c
}

// Add notes that an object was changed. Those that nobody watches are not kept: there may be a million of them.
func (c *Changed) Add(e awsops.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.is[spot{e.Key, e.VersionID}]; ok {
		c.is[spot{e.Key, e.VersionID}] = true
	}
}

// Has reports whether an object was changed.
func (c *Changed) Has(e awsops.Entry) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.is[spot{e.Key, e.VersionID}]
}

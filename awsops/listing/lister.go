package listing

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"sort"
	"sync"
	"time"

	"cooper/awsops"
)

// place is where a request goes on: after a key, or at what the previous answer said.
type place struct {
	after   []byte // start-after or key-marker; nil from the start
	version string // version-id-marker
	token   string // continuation-token, instead of after
}

// fetcher makes one request of a listing.
type fetcher interface {
	fetch(ctx context.Context, at place) (*page, error)
}

// run is a range of keys that one worker lists from its lower end up: keys k with cur < k <= hi.
// Its upper part may be given to a new run at any time, also while a request is on its way; rows
// beyond the new end are then cut from the answer.
type run struct {
	start, cur []byte
	hi         []byte // nil: no upper end
	at         place
	pages      []*page
	lastID     string // version id of the last row
	rows, n    int    // rows and pages so far
	tight      bool   // no key fits between cur and hi
	busy, done bool
	next       *run
}

// crew is the workers of one listing and the ranges that they share.
type crew struct {
	fetcher
	store     *Store
	versions  bool
	floor     int // length of the listing's prefix: every key begins with it
	delimiter string

	mu       sync.Mutex
	cond     *sync.Cond
	front    *run   // the first range with rows that are not published yet
	shown    int    // pages of front that are
	live     []*run // not done
	most     int    // workers
	allowed  int    // workers that may have a request on its way
	active   int
	pages    int
	pageSize int
	calm     int // answers since the last throttling
	requests int
	split    bool
	abc      alphabet
	err      error
}

// errDisorder means that keys came in another order than by name. Ranges can't be split then.
var errDisorder = errors.New("the server lists keys in no order")

func newCrew(f fetcher, store *Store, workers int, prefix string, versions bool) *crew {
	first := &run{start: []byte(prefix)}
	c := &crew{fetcher: f, store: store, versions: versions, floor: len(prefix), front: first, live: []*run{first},
		most: max(1, workers), allowed: 1, pageSize: 1}
	c.cond = sync.NewCond(&c.mu)
	return c
}

// list works until everything is listed, something fails, or ctx ends.
func (c *crew) list(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.cond.Broadcast()
	})
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for range c.most {
		wg.Go(func() {
			for r := c.take(ctx); r != nil; r = c.take(ctx) {
				if err := c.work(ctx, r); err != nil {
					c.fail(err)
					cancel()
				}
			}
		})
	}
	wg.Wait()
	if c.err != nil {
		return c.err
	}
	return context.Cause(ctx)
}

func (c *crew) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	c.cond.Broadcast()
}

// take gives an idle worker a range: one that waits, or the upper half of one that is being listed.
// nil means that there is nothing left to do.
func (c *crew) take(ctx context.Context) *run {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if c.err != nil || ctx.Err() != nil || len(c.live) == 0 {
			return nil
		}
		if c.active < c.allowed {
			for _, r := range c.live {
				if !r.busy {
					r.busy = true
					c.active++
					return r
				}
			}
			if c.steal() {
				continue
			}
		}
		c.cond.Wait()
	}
}

// work lists r page by page until its end, or until the crew must shrink.
func (c *crew) work(ctx context.Context, r *run) error {
	for {
		p, err := c.fetchCalmly(ctx, r.at)
		c.mu.Lock()
		if err == nil {
			err = c.accept(r, p)
		}
		leave := err != nil || r.done || c.active > c.allowed
		if leave {
			r.busy = false
			c.active--
		}
		c.cond.Broadcast()
		c.mu.Unlock()
		if leave {
			return err
		}
	}
}

// Throttling: how long to wait and how often to try.
const (
	firstPause  = 200 * time.Millisecond
	longest     = 20 * time.Second
	mostRetries = 8
)

// fetchCalmly makes one request. When the server asks for fewer, it halves the crew, waits, and
// tries again; the crew grows again with the answers that follow.
func (c *crew) fetchCalmly(ctx context.Context, at place) (*page, error) {
	pause := firstPause
	for try := 0; ; try++ {
		c.mu.Lock()
		c.requests++
		c.mu.Unlock()
		p, err := c.fetch(ctx, at)
		e, ok := errors.AsType[*awsops.Error](err)
		if !ok || e.Kind != awsops.KindThrottled || try == mostRetries {
			return p, err
		}
		c.mu.Lock()
		c.allowed, c.calm = max(1, c.allowed/2), 0
		c.mu.Unlock()
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, context.Cause(ctx)
		}
		pause = min(2*pause, longest)
	}
}

// accept puts an answer into its range, moves the range on, and publishes what can be.
func (c *crew) accept(r *run, p *page) error {
	if err := c.checkOrder(r, p); err != nil {
		return err
	}
	c.pages++
	c.pageSize = max(c.pageSize, p.len())
	if c.most > 1 {
		c.abc.learn(p)
	}
	if err := advance(r, p, c.versions); err != nil {
		return err
	}
	if r.hi != nil {
		n := sort.Search(p.len(), func(i int) bool { return p.compare(i, r.hi) > 0 })
		cut := n < p.len()
		p.keep(n)
		full := bytes.Compare(r.cur, r.hi)
		if cut || full > 0 || full == 0 && !c.versions {
			r.done = true
		}
	}
	if p.len() > 0 {
		if r.rows == 0 {
			r.start = p.key(0)
		}
		r.pages = append(r.pages, p)
	}
	r.rows += p.len()
	r.n++
	c.store.found.Add(int64(p.len()))
	if r.done {
		c.retire(r)
	}
	c.publish()
	c.store.bump() // also rows that wait for others count as found
	c.grow()
	return nil
}

// advance moves the range to where the next request goes on.
func advance(r *run, p *page, versions bool) error {
	before := r.at
	if versions && r.lastID != "" && p.len() > 0 && p.compare(0, r.cur) == 0 && p.versionID(0) == r.lastID {
		p.dropFirst() // some servers give the row of the markers again
	}
	if n := p.len(); n > 0 {
		r.cur, r.lastID = p.key(n-1), p.versionID(n-1)
	}
	if !p.truncated {
		r.done = true
		return nil
	}
	r.at = r.after(p, versions)
	if p.len() == 0 && r.at.equal(before) {
		return errors.New("the server says that there is more, and gives the same place again")
	}
	return nil
}

func (a place) equal(b place) bool {
	return a.token == b.token && a.version == b.version && bytes.Equal(a.after, b.after)
}

// after gives the place that follows a page.
func (r *run) after(p *page, versions bool) place {
	switch {
	case !versions && p.token != "":
		return place{token: p.token}
	case !versions || p.nextKey == nil:
		return place{after: r.cur}
	case bytes.Equal(p.nextRaw, r.cur):
		return place{after: r.cur, version: p.nextID} // some servers encode the keys of a page and not its marker
	}
	if bytes.Compare(p.nextKey, r.cur) > 0 {
		r.cur = p.nextKey
	}
	return place{after: p.nextKey, version: p.nextID}
}

// checkOrder makes sure that splitting is sound: keys ascend within a page and from page to page.
// Without splits a listing is whatever the server says.
func (c *crew) checkOrder(r *run, p *page) error {
	c.dropSeen(r, p)
	if p.len() == 0 || c.inOrder(r, p) {
		return nil
	}
	if c.split {
		return errDisorder
	}
	c.most = 1
	return nil
}

// dropSeen takes away rows that belong to what came before: a common prefix that is said again, and
// the versions of key-marker itself, which some servers give and which are the range's below.
func (c *crew) dropSeen(r *run, p *page) {
	if last := lastPage(r); last != nil && p.len() > 0 && p.flags[0]&flagPrefix != 0 && bytes.Equal(last.key(last.len()-1), p.key(0)) {
		p.dropFirst()
	}
	for c.versions && r.n == 0 && r.cur != nil && p.len() > 0 && p.compare(0, r.cur) == 0 {
		p.dropFirst()
	}
}

func (c *crew) inOrder(r *run, p *page) bool {
	if !p.sorted || r.cur == nil {
		return p.sorted
	}
	d := p.compare(0, r.cur)
	return d > 0 || d == 0 && c.versions
}

func lastPage(r *run) *page {
	if len(r.pages) == 0 {
		return nil
	}
	return r.pages[len(r.pages)-1]
}

func (c *crew) retire(r *run) {
	for i, l := range c.live {
		if l == r {
			c.live = append(c.live[:i], c.live[i+1:]...)
			return
		}
	}
}

// publish appends to the store what follows without a gap.
func (c *crew) publish() {
	for c.front != nil {
		for ; c.shown < len(c.front.pages); c.shown++ {
			c.store.add(c.front.pages[c.shown])
		}
		if !c.front.done {
			return
		}
		c.front, c.shown = c.front.next, 0
	}
}

// grow lets more requests go out at once as the listing turns out to be long: a bucket of one page
// costs one request and one of three pages not many more than three.
func (c *crew) grow() {
	c.calm++
	want := 1
	switch {
	case c.pages >= 16:
		want = c.most
	case c.pages >= 3:
		want = min(16, c.most)
	case c.pages >= 1:
		want = min(4, c.most)
	}
	if c.allowed < want && c.calm > c.allowed/4 {
		c.allowed = want
		if c.pages > 64 { // after throttling: slowly
			c.allowed = min(want, c.allowed+1)
		}
		c.calm = 0
	}
	c.allowed = min(c.allowed, c.most)
}

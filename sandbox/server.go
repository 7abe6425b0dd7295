package sandbox

import (
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"cooper/sandbox/kms"
)

// DefaultAccount is the twelve-digit account that owns the sandbox when Options names none.
const DefaultAccount = "111122223333"

// Options shape a Server. The zero value is a server of account 111122223333 on the wall clock.
type Options struct {
	Clock   func() time.Time // what the server takes for now; nil: time.Now
	Seed    uint64           // version ids, request ids and upload ids follow from it
	Account string           // twelve digits; "": DefaultAccount

	// SignatureClock is what signatures and presigned URLs are judged by; nil: Clock. A server whose clock
	// stands still needs the wall clock here to serve clients that sign by it.
	SignatureClock func() time.Time

	Regions []string // regions enabled for the account; nil: DefaultRegions
}

// DefaultRegions are the regions of the commercial partition that the sandbox plays.
var DefaultRegions = []string{
	"us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
	"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1",
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
	"me-south-1", "me-central-1", "af-south-1",
}

// Server is the embedded AWS. Make one with New. It is safe for concurrent use.
type Server struct {
	// Faults are what goes wrong on purpose.
	Faults Faults

	clock   func() time.Time
	signing func() time.Time
	account string
	regions []string
	hooks   hooks

	routes   map[routeKey]*route
	services map[string]func(*call) error
	json     map[string]jsonService
	kms      *kms.Store
	trail    trail
	athena   athenaStore

	log accessLog

	devices *deviceTable
	blocks  accountBlocks

	prepared sync.WaitGroup // requests wait for it

	mu         sync.RWMutex // guards what follows
	buckets    map[string]*bucket
	principals map[string]*principal // by access key id

	randMu      sync.Mutex
	requestRand *rand.Rand // a stream of its own, so that reads do not change the version ids to come
	versionRand *rand.Rand
	versions    uint64 // versions made so far
	seals       uint64 // contents sealed under customers' keys so far
}

// New makes an empty account with the principals of Credentials.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.SignatureClock == nil {
		o.SignatureClock = o.Clock
	}
	if o.Account == "" {
		o.Account = DefaultAccount
	}
	if o.Regions == nil {
		o.Regions = DefaultRegions
	}
	s := &Server{
		clock: o.Clock, signing: o.SignatureClock, account: o.Account, regions: o.Regions, hooks: defaultHooks(),
		routes: mergeRoutes(routeTables()...), services: serviceTable(),
		json: jsonServices(), kms: kms.New(o.Account, rand.NewChaCha8(chaChaSeed(o.Seed))),
		buckets: map[string]*bucket{}, principals: map[string]*principal{},
		devices:     newDeviceTable(o.Account, OtherAccount),
		requestRand: rand.New(rand.NewPCG(o.Seed, 1)),
		versionRand: rand.New(rand.NewPCG(o.Seed, 2)),
	}
	s.Faults.rand = rand.New(rand.NewPCG(o.Seed, 3))
	s.addStandardPrincipals()
	s.addStandardKeys()
	return s
}

func chaChaSeed(seed uint64) (out [32]byte) {
	binary.LittleEndian.PutUint64(out[:], seed)
	return out
}

// Account returns the twelve-digit id of the account that owns the sandbox.
func (s *Server) Account() string { return s.account }

// Now returns the server's time.
func (s *Server) Now() time.Time { return s.clock() }

// Prepare runs fill beside the caller, once. Requests wait until it has ended, so that a server can listen before
// a large account is there.
func (s *Server) Prepare(fill func()) { s.prepared.Go(fill) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.prepared.Wait()
	c := s.newCall(w, r)
	s.deliverLogs(c.now)
	s.settleQueries(c.now)
	c.stampHeaders()
	c.serveFaulty(func() {
		if err := c.serve(); err != nil {
			c.fail(err)
		}
	})
	c.logAccess()
}

// findBucket returns the named bucket, or nil.
func (s *Server) findBucket(name string) *bucket {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.buckets[name]
}

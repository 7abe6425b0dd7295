package awsops

import "sync"

// retrieving knows the jobs whose calls are fetching credentials. The SDK fetches them once for all and asks for a role's
// code without a context; so while it asks, all of these jobs wait for the person.
type retrieving struct {
	mu     sync.Mutex
	jobs   map[*Job]int32 // calls under way
	asking int
}

// enter books a call of a job until the returned func is called; j may be nil.
func (r *retrieving) enter(j *Job) (leave func()) {
	if j == nil {
		return func() {}
	}
	r.add(j, 1)
	return func() { r.add(j, -1) }
}

func (r *retrieving) add(j *Job, n int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.jobs == nil {
		r.jobs = map[*Job]int32{}
	}
	if r.jobs[j] += n; r.jobs[j] == 0 {
		delete(r.jobs, j)
	}
	if r.asking > 0 {
		j.asking.Add(n)
	}
}

// ask marks the jobs as waiting for a person until the returned func is called.
func (r *retrieving) ask() (done func()) {
	r.count(1)
	return func() { r.count(-1) }
}

func (r *retrieving) count(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.asking
	r.asking += n
	for j, calls := range r.jobs {
		switch {
		case before == 0 && r.asking > 0:
			j.asking.Add(calls)
		case before > 0 && r.asking == 0:
			j.asking.Add(-calls)
		}
	}
}

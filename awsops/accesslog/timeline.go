package accesslog

import "time"

// Slot is a piece of time with what happened in it.
type Slot struct {
	From           time.Time
	Records, Bytes int64
	Errors         int64 // with a status from 400 on
}

// Timeline counts the records at the places that Select gave in n slots of one length between from and to. Zero times
// stand for those of the first and the last record.
func (r *Rows) Timeline(places []uint32, from, to time.Time, n int) []Slot {
	first, last, ok := r.span(places)
	if ok {
		from, to = orElse(from, timeOf(first)), orElse(to, timeOf(last+1))
	}
	if n <= 0 || from.IsZero() || to.IsZero() {
		return nil
	}
	length := max(to.Unix()-from.Unix(), int64(n))
	out := make([]Slot, n)
	for i := range out {
		out[i].From = from.Add(time.Duration(int64(i)*length/int64(n)) * time.Second)
	}
	for _, place := range places {
		w := r.row(place)
		at := (w.at - from.Unix()) * int64(n) / length
		if at < 0 || at >= int64(n) || w.at == 0 {
			continue
		}
		out[at].take(w)
	}
	return out
}

func (s *Slot) take(w *row) {
	s.Records++
	s.Bytes += max(w.sent, 0)
	if w.status >= 400 {
		s.Errors++
	}
}

// span gives the Unix times of the first and last record that has one.
func (r *Rows) span(places []uint32) (first, last int64, ok bool) {
	for _, place := range places {
		at := r.row(place).at
		switch {
		case at == 0:
		case !ok:
			first, last, ok = at, at, true
		default:
			first, last = min(first, at), max(last, at)
		}
	}
	return first, last, ok
}

func orElse(t, instead time.Time) time.Time {
	if t.IsZero() {
		return instead
	}
	return t
}

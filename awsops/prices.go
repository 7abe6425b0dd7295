package awsops

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Prices are what the operator wrote down of a price list. A price that is nil, or of a storage class that is missing, is
// not known and never counts as nothing.
type Prices struct {
	Date, Region, Currency string
	Put1000, Get1000       *float64           // for 1,000 requests of the classes LIST/PUT and GET
	KMS10000               *float64           // for 10,000 requests to AWS KMS
	GBMonth                map[string]float64 // by storage class, for 2^30 bytes a month
	AthenaTB               *float64           // for 10^12 bytes that Amazon Athena reads
}

// Storage is what a plan adds to the bytes of a storage class, or takes away from them.
type Storage struct {
	Class string
	Bytes int64
}

// Lines say in money what a plan costs, each with the date and region of the price list. They are none where there are
// no prices, but where a plan asks for them, or Athena reads, that is said; and a sentence where the list is another region's.
func (p *Prices) Lines(plan *Plan) []string {
	scan := plan.Effects.Scanned > 0
	if p == nil {
		return unpriced(plan.Effects)
	}
	requests, storage := p.requests(plan.Effects), p.storage(plan.Effects)
	if requests == "" && storage == "" && !scan {
		return nil
	}
	if plan.Target.Region != "" && plan.Target.Region != p.Region {
		return []string{fmt.Sprintf("No money is shown: the price list is of %s, the bucket is in %s.", p.Region, plan.Target.Region)}
	}
	var out []string
	for _, line := range []string{requests, storage} {
		if line != "" {
			out = append(out, line+fmt.Sprintf(" (prices of %s, %s)", p.Date, p.Region))
		}
	}
	if scan {
		out = append(out, "Athena: "+p.Scan(plan.Effects.Scanned, plan.Effects.AtLeast, plan.Target.Region)+".")
	}
	return out
}

// unpriced says that there is no price list, where a plan asks for one.
func unpriced(e Effects) []string {
	switch {
	case e.Scanned > 0:
		return []string{"Athena: " + noAthenaPrice + "."}
	case e.Bill:
		return []string{"No money is shown: no prices are set ([prices] in the configuration)."}
	}
	return nil
}

const noAthenaPrice = "no price is set (athena_per_tb in [prices])"

// Scan says what Amazon Athena takes for reading bytes in a region, or that no price of it is set.
func (p *Prices) Scan(bytes int64, atLeast bool, region string) string {
	switch {
	case p == nil || p.AthenaTB == nil:
		return noAthenaPrice
	case region != "" && region != p.Region:
		return fmt.Sprintf("no money is shown: the price list is of %s, Athena runs in %s", p.Region, region)
	}
	return about(atLeast) + p.money(*p.AthenaTB*float64(bytes)/1e12) + fmt.Sprintf(" (prices of %s, %s)", p.Date, p.Region)
}

// requests is the price of a plan's requests, "" when none costs anything that is known.
func (p *Prices) requests(e Effects) string {
	total, known := 0.0, false
	var open []string
	for _, r := range e.Requests {
		price, per := p.of(r.Class)
		switch {
		case price != nil:
			total, known = total+*price*float64(r.N)/per, true
		case !strings.Contains(r.Class, "free"):
			open = append(open, r.Class)
		}
	}
	if !known {
		return ""
	}
	out := "Requests: " + about(e.AtLeast) + p.money(total)
	if len(open) > 0 {
		out += ", without " + strings.Join(open, " and ") + ", whose price isn't known"
	}
	return out
}

// of gives the price of a class of requests, and of how many.
func (p *Prices) of(class string) (price *float64, per float64) {
	switch {
	case class == "LIST/PUT":
		return p.Put1000, 1000
	case class == "GET":
		return p.Get1000, 1000
	case strings.HasPrefix(class, "KMS"):
		return p.KMS10000, 10_000
	}
	return nil, 0
}

// storage is what the bytes cost a month that a plan adds or takes away.
func (p *Prices) storage(e Effects) string {
	sums := map[string]int64{}
	for _, s := range e.Storage {
		sums[s.Class] += s.Bytes
	}
	total, known := 0.0, false
	var open []string
	for _, class := range slices.Sorted(maps.Keys(sums)) {
		price, ok := p.GBMonth[class]
		if !ok {
			open = append(open, class)
			continue
		}
		total, known = total+price*float64(sums[class])/(1<<30), true
	}
	if !known {
		return ""
	}
	out := "Storage: " + about(e.AtLeast) + p.money(total) + " a month more"
	if total < 0 {
		out = "Storage: " + about(e.AtLeast) + p.money(-total) + " a month less"
	}
	if len(open) > 0 {
		out += ", without " + strings.Join(open, " and ") + ", whose price isn't known"
	}
	return out
}

func about(atLeast bool) string {
	if atLeast {
		return "at least "
	}
	return "about "
}

// money is an amount with two places that say something: 12.34, 0.0013.
func (p *Prices) money(v float64) string {
	digits := 2
	for limit := 0.1; v > 0 && v < limit && digits < 8; limit /= 10 {
		digits++
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + p.Currency
}

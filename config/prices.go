package config

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"
)

var (
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	classForm    = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,40}$`)
)

func (f *file) prices(v any) *Prices {
	t, ok := f.table(v)
	if !ok {
		return nil
	}
	p := &Prices{Currency: "USD", GBMonth: map[string]float64{}}
	f.fields(t, map[string]field{
		"date":          date(&p.Date),
		"region":        checked(&p.Region, checkRegion),
		"currency":      checked(&p.Currency, checkCurrency),
		"put_per_1000":  price(&p.Put1000),
		"get_per_1000":  price(&p.Get1000),
		"kms_per_10000": price(&p.KMS10000),
		"athena_per_tb": price(&p.AthenaTB),
		"gb_month":      func(f *file, v any) { f.gbMonth(p, v) },
	})
	for _, need := range []string{"date", "region"} {
		if _, has := t[need]; !has {
			f.refuse("", "[prices] needs a %s: money is shown with the date and the region of its price list", need)
		}
	}
	return p
}

func (f *file) gbMonth(p *Prices, v any) {
	t, ok := f.table(v)
	if !ok {
		return
	}
	for _, class := range slices.Sorted(maps.Keys(t)) {
		f.inside(class, func() {
			if !classForm.MatchString(class) {
				f.refuse("", "%q is no storage class: they are written like STANDARD_IA", class)
				return
			}
			var n *float64
			if price(&n)(f, t[class]); n != nil {
				p.GBMonth[class] = *n
			}
		})
	}
}

func checkCurrency(s string) string {
	if !currencyForm.MatchString(s) {
		return "is no currency: three capital letters, such as USD"
	}
	return ""
}

func price(to **float64) field {
	return func(f *file, v any) {
		n, ok := v.(float64)
		if i, whole := v.(int64); whole {
			n, ok = float64(i), true
		}
		switch {
		case !ok:
			f.refuse("", "%s must be a number, this is %s", f.last(), kindOf(v))
		case n < 0 || math.IsNaN(n) || math.IsInf(n, 0):
			f.refuse("", "%s must be a price of 0 or more", f.last())
		default:
			*to = &n
		}
	}
}

func date(to *string) field {
	return func(f *file, v any) {
		switch v := v.(type) {
		case toml.LocalDate:
			*to = v.String()
		case string:
			if _, err := time.Parse(time.DateOnly, v); err != nil {
				f.refuse("", "%s %q is no date: they are written like 2026-11-01", f.last(), v)
				return
			}
			*to = v
		default:
			f.refuse("", "%s must be a date like 2026-11-01, this is %s", f.last(), kindOf(v))
		}
	}
}

package awsops

import (
	"slices"
	"testing"
)

func TestPlansCostWhatThePriceListSaysAndNothingElse(t *testing.T) {
	put, get, tb := 0.005, 0.0004, 5.0
	both := &Prices{Date: "2026-11-01", Region: "eu-west-1", Currency: "USD", AthenaTB: &tb}
	list := &Prices{Date: "2026-11-01", Region: "eu-west-1", Currency: "USD", Put1000: &put, Get1000: &get, GBMonth: map[string]float64{"STANDARD": 0.023}}
	const gib = 1 << 30
	for name, c := range map[string]struct {
		prices *Prices
		region string
		e      Effects
		want   []string
	}{
		"no list":                 {nil, "eu-west-1", Effects{Requests: []RequestCount{{"LIST/PUT", 1}}}, nil},
		"no list, and it matters": {nil, "eu-west-1", Effects{Bill: true}, []string{"No money is shown: no prices are set ([prices] in the configuration)."}},
		"nothing to bill":         {list, "eu-west-1", Effects{Requests: []RequestCount{{"DELETE (free)", 9}}}, nil},
		"requests": {list, "eu-west-1", Effects{Requests: []RequestCount{{"LIST/PUT", 13_000}, {"GET", 1000}, {"DELETE (free)", 9}}},
			[]string{"Requests: about 0.065 USD (prices of 2026-11-01, eu-west-1)"}},
		"one request": {list, "", Effects{Requests: []RequestCount{{"LIST/PUT", 1}}, AtLeast: true}, []string{"Requests: at least 0.0000050 USD (prices of 2026-11-01, eu-west-1)"}},
		"a price that isn't known": {list, "eu-west-1", Effects{Requests: []RequestCount{{"LIST/PUT", 1_000_000}, {"KMS", 5}}},
			[]string{"Requests: about 5.00 USD, without KMS, whose price isn't known (prices of 2026-11-01, eu-west-1)"}},
		"only prices that aren't known": {list, "eu-west-1", Effects{Requests: []RequestCount{{"KMS Decrypt", 5}}, Storage: []Storage{{"GLACIER", gib}}}, nil},
		"storage": {list, "eu-west-1", Effects{Storage: []Storage{{"STANDARD", 100 * gib}}},
			[]string{"Storage: about 2.30 USD a month more (prices of 2026-11-01, eu-west-1)"}},
		"storage that goes": {list, "eu-west-1", Effects{Storage: []Storage{{"STANDARD", -100 * gib}, {"STANDARD", -100 * gib}, {"GLACIER", -gib}}},
			[]string{"Storage: about 4.60 USD a month less, without GLACIER, whose price isn't known (prices of 2026-11-01, eu-west-1)"}},
		"Athena":                 {both, "eu-west-1", Effects{Scanned: 250_000_000_000, AtLeast: true}, []string{"Athena: at least 1.25 USD (prices of 2026-11-01, eu-west-1)."}},
		"Athena's least":         {both, "", Effects{Scanned: 10_000_000}, []string{"Athena: about 0.000050 USD (prices of 2026-11-01, eu-west-1)."}},
		"Athena without a price": {list, "eu-west-1", Effects{Scanned: 1}, []string{"Athena: no price is set (athena_per_tb in [prices])."}},
		"Athena without a list":  {nil, "eu-west-1", Effects{Scanned: 1}, []string{"Athena: no price is set (athena_per_tb in [prices])."}},
		"Athena elsewhere":       {both, "us-east-1", Effects{Scanned: 1}, []string{"No money is shown: the price list is of eu-west-1, the bucket is in us-east-1."}},
		"another region": {list, "us-east-1", Effects{Requests: []RequestCount{{"GET", 1}}},
			[]string{"No money is shown: the price list is of eu-west-1, the bucket is in us-east-1."}},
	} {
		if got := c.prices.Lines(&Plan{Target: Target{Region: c.region}, Effects: c.e}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

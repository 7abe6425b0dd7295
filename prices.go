package main

import (
	"cooper/awsops"
	"cooper/config"
)

// pricesOf hands the operator's price list on, nil where there is none.
func pricesOf(p *config.Prices) *awsops.Prices {
	if p == nil {
		return nil
	}
	return &awsops.Prices{Date: p.Date, Region: p.Region, Currency: p.Currency, Put1000: p.Put1000, Get1000: p.Get1000, KMS10000: p.KMS10000, GBMonth: p.GBMonth,
		AthenaTB: p.AthenaTB}
}

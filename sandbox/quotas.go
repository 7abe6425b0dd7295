package sandbox

// quotaActions are the operations of Service Quotas that the sandbox has.
func quotaActions() map[string]func(*call, []byte) (any, error) {
	return map[string]func(*call, []byte) (any, error){"ListServiceQuotas": listServiceQuotas}
}

// kmsRate is how many cryptographic operations a second the regions allow that have more than the 10,000 of others
// ("Request quotas", AWS KMS Developer Guide).
var kmsRate = map[string]float64{
	"us-east-1": 100_000, "us-west-2": 100_000, "eu-west-1": 100_000,
	"us-east-2": 20_000, "ap-southeast-1": 20_000, "ap-southeast-2": 20_000, "ap-northeast-1": 20_000, "eu-central-1": 20_000, "eu-west-2": 20_000,
}

func listServiceQuotas(c *call, body []byte) (any, error) {
	in, err := take[struct{ ServiceCode string }](body)
	if err != nil {
		return nil, err
	}
	if err := c.server.hooks.authorize(c, "servicequotas:ListServiceQuotas", "*"); err != nil {
		return nil, err
	}
	if in.ServiceCode != "kms" {
		return nil, newError(400, "NoSuchResourceException", "The request failed because the specified service does not exist.")
	}
	rate := kmsRate[c.region()]
	if rate == 0 {
		rate = 10_000
	}
	quota := func(name string, value float64) map[string]any {
		return map[string]any{"ServiceCode": "kms", "ServiceName": "AWS Key Management Service (AWS KMS)", "QuotaName": name, "Value": value, "Unit": "None",
			"Adjustable": true, "GlobalQuota": false, "Period": map[string]any{"PeriodValue": 1, "PeriodUnit": "SECOND"}}
	}
	return map[string]any{"Quotas": []any{quota("DescribeKey request rate", 2000), quota("Cryptographic operations (symmetric) request rate", rate)}}, nil
}

package kms

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cooper/awsops"
)

// Use is one use of a key, as CloudTrail's event history has it.
type Use struct {
	At        time.Time
	Operation string // GenerateDataKey, Decrypt …
	Who       string // the caller's ARN, or what stands in its place
	Name      string // user or session, "" when the record has none
	From      string // an address, or the AWS service that asked on the caller's behalf
	Agent     string
	For       string // what it was for: the ARN of the object or bucket in the encryption context, "" for none
	Context   Context
	Error     string // code of a use that was refused, "" for one that was not
	Message   string
	EventID   string
}

// Refused reports whether the use did not take place.
func (u Use) Refused() bool { return u.Error != "" }

// Uses is a page of a key's history.
type Uses struct {
	List []Use
	Next string // for the next page, "" at the end
	Seen int    // events of the page, those of other operations among them
}

// used are the operations that use a key's material.
var used = []string{"GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Decrypt", "Encrypt", "ReEncrypt", "ReEncryptFrom", "ReEncryptTo"}

// lookupPage is the most events that CloudTrail gives at a time.
const lookupPage = 50

// History reads a page of a key's uses from CloudTrail's event history (LookupEvents), newest first: who used it, when,
// for what, from where. since bounds it, the zero time is the whole history: 90 days. next "" begins. The history is of
// the caller's account and one region, comes minutes late, and is asked two times a second at most. Errors are *Error.
func History(ctx context.Context, r *awsops.Reader, region, keyARN string, since time.Time, next string) (Uses, error) {
	in := map[string]any{"MaxResults": lookupPage, "LookupAttributes": []map[string]string{{"AttributeKey": "ResourceName", "AttributeValue": keyARN}}}
	if !since.IsZero() {
		in["StartTime"] = since.Unix()
	}
	if next != "" {
		in["NextToken"] = next
	}
	var out struct {
		Events []struct {
			EventID         string `json:"EventId"`
			EventName       string
			EventTime       float64
			Username        string
			CloudTrailEvent string
		}
		NextToken string
	}
	if err := r.JSON(ctx, awsops.JSONCall{Service: "cloudtrail", Region: region, Action: "LookupEvents"}, in, &out); err != nil {
		return Uses{}, err
	}
	page := Uses{Next: out.NextToken, Seen: len(out.Events)}
	for _, e := range out.Events {
		if !slices.Contains(used, e.EventName) {
			continue
		}
		u := Use{At: instant(e.EventTime), Operation: e.EventName, Name: e.Username, EventID: e.EventID}
		u.fill(e.CloudTrailEvent)
		page.List = append(page.List, u)
	}
	return page, nil
}

// fill takes what the record itself says; one that can't be read leaves what the list says.
func (u *Use) fill(text string) {
	var record struct {
		UserIdentity struct {
			Type, Arn, InvokedBy string
			PrincipalID          string `json:"principalId"`
			AccountID            string `json:"accountId"`
		} `json:"userIdentity"`
		SourceIPAddress   string `json:"sourceIPAddress"`
		UserAgent         string `json:"userAgent"`
		ErrorCode         string `json:"errorCode"`
		ErrorMessage      string `json:"errorMessage"`
		RequestParameters struct {
			EncryptionContext Context `json:"encryptionContext"`
		} `json:"requestParameters"`
	}
	if json.Unmarshal([]byte(text), &record) != nil {
		return
	}
	who := record.UserIdentity
	for _, name := range []string{who.Arn, who.InvokedBy, who.PrincipalID, who.AccountID, who.Type} {
		if u.Who == "" {
			u.Who = name
		}
	}
	u.From, u.Agent, u.Error, u.Message = record.SourceIPAddress, record.UserAgent, record.ErrorCode, record.ErrorMessage
	u.Context = record.RequestParameters.EncryptionContext
	u.For = u.Context["aws:s3:arn"]
	if strings.HasPrefix(u.Error, "AccessDenied") {
		u.Error = "AccessDenied" // CloudTrail writes it with and without Exception
	}
}

// quotaName is the quota that every use of a symmetric key counts against ("Request quotas", AWS KMS Developer Guide).
const quotaName = "Cryptographic operations (symmetric) request rate"

// Quota reads how many requests a second the account may make with symmetric keys in a region, all of them together
// (Service Quotas, ListServiceQuotas). Requests of other accounts count against theirs.
func Quota(ctx context.Context, r *awsops.Reader, region string) awsops.Reading[int64] {
	const op = "ListServiceQuotas"
	found := int64(-1)
	err := pages(func(next string) (string, error) {
		in := map[string]any{"ServiceCode": "kms", "MaxResults": 100}
		if next != "" {
			in["NextToken"] = next
		}
		var out struct {
			Quotas []struct {
				QuotaName string
				Value     float64
			}
			NextToken string
		}
		err := r.JSON(ctx, awsops.JSONCall{Service: "servicequotas", Region: region, Action: op}, in, &out)
		for _, q := range out.Quotas {
			if q.QuotaName == quotaName {
				found = int64(q.Value)
			}
		}
		return out.NextToken, err
	})
	if err == nil && found < 0 {
		err = &awsops.Error{Op: op, Kind: awsops.KindUnsupported, Message: "the service lists no quota of that name"}
	}
	return awsops.Read(op, r.Now(), found, err)
}

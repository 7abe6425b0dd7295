package sandbox

import (
	"time"

	"cooper/sandbox/kms"
	"cooper/sandbox/policy"
)

// kmsActions are the operations of AWS KMS that the sandbox has.
func kmsActions() map[string]func(*call, []byte) (any, error) {
	return map[string]func(*call, []byte) (any, error){
		"ListKeys": listKeys, "ListAliases": listAliases, "DescribeKey": describeKey,
		"GenerateDataKey": generateDataKey, "GenerateDataKeyWithoutPlaintext": generateDataKeyAlone,
		"Encrypt": encryptUnderKey, "Decrypt": decryptUnderKey, "ReEncrypt": reEncrypt,
		"DisableKey": setKeyState(kms.Disabled), "EnableKey": setKeyState(kms.Enabled),
		"ScheduleKeyDeletion": scheduleKeyDeletion, "CancelKeyDeletion": cancelKeyDeletion,
	}
}

// addStandardKeys enters the keys that every account has in a region: AWS's aws/s3, and the customer managed key that
// DemoKMSKey names.
func (s *Server) addStandardKeys() {
	created := time.Date(2025, 2, 11, 8, 30, 0, 0, time.UTC)
	for _, region := range s.regions {
		for _, account := range []string{s.account, OtherAccount} {
			s.kms.Add(kms.Key{ID: managedKeyID(account, region), Region: region, Account: account, Manager: "AWS", Created: created,
				Description: "Default key that protects my S3 objects when no other key is defined"}, "alias/aws/s3")
		}
		s.kms.Add(kms.Key{ID: demoKeyID, Region: region, Account: s.account, Created: created, Description: "Customer data"}, "alias/customer-data")
	}
}

// KMSKey is a key of AWS KMS to be entered by AddKMSKey.
type KMSKey struct {
	ID          string // a UUID
	Region      string
	Account     string // "": the sandbox's
	Alias       string // with its alias/; "" for none
	Description string
	State       string // Enabled, Disabled, PendingDeletion, PendingImport; "": Enabled
	Deleted     time.Time
	Usage, Spec string // "": ENCRYPT_DECRYPT, SYMMETRIC_DEFAULT
	MultiRegion bool
	// Policy is the key's policy document; "" leaves the decision to the IAM policies of the key's account.
	Policy string
}

// AddKMSKey enters a key, over one of the same id, and returns its ARN. It panics on a policy that can't be read.
func (s *Server) AddKMSKey(k KMSKey) string {
	if k.Account == "" {
		k.Account = s.account
	}
	key := kms.Key{ID: k.ID, Region: k.Region, Account: k.Account, Description: k.Description, State: k.State, Deleted: k.Deleted,
		Usage: k.Usage, Spec: k.Spec, MultiRegion: k.MultiRegion, Created: s.clock().AddDate(-1, 0, 0).Truncate(time.Second)}
	if k.Policy != "" {
		doc, err := policy.ParseKey([]byte(k.Policy))
		if err != nil {
			panic("sandbox: the policy of a key: " + err.Error())
		}
		key.Policy = doc
	}
	if k.Alias != "" {
		s.kms.Add(key, k.Alias)
	} else {
		s.kms.Add(key)
	}
	return key.ARN()
}

// SetKMSKeyState changes a key's state: Enabled, Disabled, PendingDeletion, PendingImport; "" deletes the key for good.
func (s *Server) SetKMSKeyState(arn, state string) {
	if state == "" {
		s.kms.Remove(arn)
		return
	}
	var deleted time.Time
	if state == kms.PendingDeletion {
		deleted = s.clock().AddDate(0, 0, 30)
	}
	s.kms.SetState(arn, state, deleted)
}

package sandbox

import (
	"slices"

	"cooper/sandbox/kms"
	"cooper/sandbox/policy"
)

// findKey resolves a key that the caller names in the request's region.
func (c *call) findKey(name string) (kms.Key, error) {
	if name == "" {
		return kms.Key{}, newError(400, "ValidationException", "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: "+
			"Member must not be null")
	}
	k, err := c.server.kms.Find(name, c.region(), c.id.who.Account)
	return k, kmsError(err)
}

// keyFor finds a key and asks whether the caller may do the operation with it.
func (c *call) keyFor(operation, name string, about kms.Context) (kms.Key, error) {
	k, err := c.findKey(name)
	if err != nil {
		return k, err
	}
	return k, c.allowedKey("kms:"+operation, k, about, "")
}

// allowedKey decides as IAM and the key's policy do together. A key without a policy of its own has the default one,
// which leaves the decision to the IAM policies of its account. via is the service that asks on the caller's behalf.
func (c *call) allowedKey(action string, k kms.Key, about kms.Context, via string) error {
	d := decision{c: c, action: action, resource: k.ARN(), who: c.id.who}
	d.request = &policy.Request{Caller: d.caller(), Action: action, Resource: k.ARN(), Context: c.keyConditions(k, about, via)}
	identity := d.byIdentity()
	switch {
	case identity == policy.Deny:
		return d.refuse("with an explicit deny in an identity-based policy")
	case d.who.Kind == anonymousPrincipal:
		return d.refuse("")
	case k.Managed() && via != "" && d.who.Account == k.Account:
		return nil // the policy of aws/s3 lets everybody of its account use it through S3
	case k.Managed() && action != "kms:DescribeKey":
		return d.refuse("because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based " +
			"policy explicitly denies access")
	}
	switch d.byKey(k) {
	case policy.Deny:
		return d.refuse("with an explicit deny in a resource-based policy")
	case policy.None:
		return d.refuse("because no resource-based policy allows the " + action + " action")
	}
	if identity != policy.Allow {
		return d.refuse("because no identity-based policy allows the " + action + " action")
	}
	return nil
}

// byKey is the verdict of the key's policy.
func (d *decision) byKey(k kms.Key) policy.Effect {
	switch {
	case k.Policy != nil:
		verdict, _ := k.Policy.Evaluate(*d.request)
		return verdict
	case d.who.Account == k.Account:
		return policy.Allow
	}
	return policy.None
}

// keyConditions are what policies may ask about the use of a key.
func (c *call) keyConditions(k kms.Key, about kms.Context, via string) policy.Context {
	keys := c.conditionKeys()
	keys.Set("aws:ResourceAccount", k.Account)
	keys.Set("kms:CallerAccount", c.id.who.Account)
	if via != "" {
		keys.Set("kms:ViaService", via+"."+k.Region+".amazonaws.com")
	}
	for name, value := range about {
		keys.Set("kms:EncryptionContext:"+name, value)
	}
	return keys
}

// keyRequest is what the cryptographic operations are asked; each takes its own of it.
type keyRequest struct {
	KeyID               string      `json:"KeyId"`
	EncryptionContext   kms.Context `json:"EncryptionContext"`
	EncryptionAlgorithm string
	DryRun              bool

	KeySpec       string
	NumberOfBytes int

	Plaintext, CiphertextBlob []byte

	SourceKeyID                  string `json:"SourceKeyId"`
	DestinationKeyID             string `json:"DestinationKeyId"`
	SourceEncryptionContext      kms.Context
	DestinationEncryptionContext kms.Context
}

// keyAnswer is what they answer.
type keyAnswer struct {
	CiphertextBlob      []byte `json:",omitempty"`
	Plaintext           []byte `json:",omitempty"`
	KeyID               string `json:"KeyId"`
	SourceKeyID         string `json:"SourceKeyId,omitempty"`
	EncryptionAlgorithm string `json:",omitempty"`
}

func errDryRun() error {
	return newError(400, "DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
}

// usableKey is a key that the caller may use for an operation and that can be used now; the use is recorded.
func (c *call) usableKey(operation, name string, in keyRequest) (k kms.Key, err error) {
	k, err = c.keyFor(operation, name, in.EncryptionContext)
	if err == nil {
		err = kmsError(k.Usable(operation))
	}
	if err == nil && in.DryRun {
		err = errDryRun()
	}
	c.recordKeyUse(operation, k, in, err)
	return k, err
}

func generateDataKey(c *call, body []byte) (any, error) { return c.newDataKey("GenerateDataKey", body) }

func generateDataKeyAlone(c *call, body []byte) (any, error) {
	return c.newDataKey("GenerateDataKeyWithoutPlaintext", body)
}

func (c *call) newDataKey(operation string, body []byte) (any, error) {
	in, err := take[keyRequest](body)
	if err != nil {
		return nil, err
	}
	size := map[string]int{"AES_256": 32, "AES_128": 16, "": in.NumberOfBytes}[in.KeySpec]
	if in.KeySpec != "" && in.NumberOfBytes != 0 || size < 1 || size > kms.MaxDataKey {
		return nil, newError(400, "ValidationException", "Please specify either number of bytes or key spec.")
	}
	k, err := c.usableKey(operation, in.KeyID, in)
	if err != nil {
		return nil, err
	}
	plain, err := c.server.kms.Random(size)
	if err != nil {
		return nil, err
	}
	blob, err := c.server.kms.Encrypt(k, plain, in.EncryptionContext)
	if err != nil {
		return nil, err
	}
	out := keyAnswer{CiphertextBlob: blob, KeyID: k.ARN()}
	if operation == "GenerateDataKey" {
		out.Plaintext = plain
	}
	return out, nil
}

func encryptUnderKey(c *call, body []byte) (any, error) {
	in, err := take[keyRequest](body)
	if err != nil {
		return nil, err
	}
	if len(in.Plaintext) < 1 || len(in.Plaintext) > kms.MaxPlaintext {
		return nil, newError(400, "ValidationException", "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "+
			"Member must have length less than or equal to "+itoa(kms.MaxPlaintext))
	}
	k, err := c.usableKey("Encrypt", in.KeyID, in)
	if err != nil {
		return nil, err
	}
	blob, err := c.server.kms.Encrypt(k, in.Plaintext, in.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return keyAnswer{CiphertextBlob: blob, KeyID: k.ARN(), EncryptionAlgorithm: "SYMMETRIC_DEFAULT"}, nil
}

func decryptUnderKey(c *call, body []byte) (any, error) {
	in, err := take[keyRequest](body)
	if err != nil {
		return nil, err
	}
	k, err := c.keyOfBlob("Decrypt", in, in.KeyID)
	if err != nil {
		return nil, err
	}
	plain, err := c.server.kms.Decrypt(in.CiphertextBlob, in.EncryptionContext)
	if err != nil {
		return nil, kmsError(err)
	}
	return keyAnswer{Plaintext: plain, KeyID: k.ARN(), EncryptionAlgorithm: "SYMMETRIC_DEFAULT"}, nil
}

// keyOfBlob is the key that a ciphertext was made with. named is the one that the caller says it is, "" for none.
func (c *call) keyOfBlob(operation string, in keyRequest, named string) (kms.Key, error) {
	if n := len(in.CiphertextBlob); n < 1 || n > kms.MaxCiphertext {
		return kms.Key{}, newError(400, "ValidationException", "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: "+
			"Member must have length less than or equal to "+itoa(kms.MaxCiphertext))
	}
	arn, err := kms.KeyOf(in.CiphertextBlob)
	if err != nil {
		return kms.Key{}, kmsError(err)
	}
	if _, err := c.findKey(arn); err != nil {
		return kms.Key{}, newError(400, "AccessDeniedException", "The ciphertext refers to a customer master key that does not exist, does not exist "+
			"in this region, or you are not allowed to access.")
	}
	if named != "" {
		k, err := c.findKey(named)
		if err != nil {
			return k, err
		}
		if k.ARN() != arn {
			return k, newError(400, "IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.")
		}
	}
	return c.usableKey(operation, arn, in)
}

func reEncrypt(c *call, body []byte) (any, error) {
	in, err := take[keyRequest](body)
	if err != nil {
		return nil, err
	}
	from, to := in, in
	from.EncryptionContext, to.EncryptionContext = in.SourceEncryptionContext, in.DestinationEncryptionContext
	from.DryRun = false
	source, err := c.keyOfBlob("ReEncryptFrom", from, in.SourceKeyID)
	if err != nil {
		return nil, err
	}
	k, err := c.usableKey("ReEncryptTo", in.DestinationKeyID, to)
	if err != nil {
		return nil, err
	}
	plain, err := c.server.kms.Decrypt(in.CiphertextBlob, from.EncryptionContext)
	if err != nil {
		return nil, kmsError(err)
	}
	blob, err := c.server.kms.Encrypt(k, plain, to.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return keyAnswer{CiphertextBlob: blob, KeyID: k.ARN(), SourceKeyID: source.ARN()}, nil
}

// ownKey is a customer managed key that the caller may do an operation of administration on.
func (c *call) ownKey(operation string, body []byte) (kms.Key, error) {
	in, err := take[keyRequest](body)
	if err != nil {
		return kms.Key{}, err
	}
	k, err := c.keyFor(operation, in.KeyID, nil)
	if err == nil && k.Managed() {
		err = c.allowedKey("kms:"+operation, k, nil, "")
	}
	return k, err
}

func setKeyState(state string) func(*call, []byte) (any, error) {
	return func(c *call, body []byte) (any, error) {
		operation := map[string]string{kms.Enabled: "EnableKey", kms.Disabled: "DisableKey"}[state]
		k, err := c.ownKey(operation, body)
		if err != nil {
			return nil, err
		}
		if !slices.Contains([]string{kms.Enabled, kms.Disabled}, k.State) {
			return nil, kmsError(k.Usable(operation))
		}
		c.server.SetKMSKeyState(k.ARN(), state)
		return struct{}{}, nil
	}
}

func scheduleKeyDeletion(c *call, body []byte) (any, error) {
	k, err := c.ownKey("ScheduleKeyDeletion", body)
	if err != nil {
		return nil, err
	}
	if k.State == kms.PendingDeletion {
		return nil, kmsError(k.Usable("ScheduleKeyDeletion"))
	}
	in, err := take[struct{ PendingWindowInDays int }](body)
	if err != nil {
		return nil, err
	}
	if in.PendingWindowInDays == 0 {
		in.PendingWindowInDays = 30
	}
	if in.PendingWindowInDays < 7 || in.PendingWindowInDays > 30 {
		return nil, newError(400, "ValidationException", "PendingWindowInDays must be between 7 and 30 days.")
	}
	at := c.now.AddDate(0, 0, in.PendingWindowInDays)
	c.server.kms.SetState(k.ARN(), kms.PendingDeletion, at)
	return map[string]any{"KeyId": k.ARN(), "DeletionDate": float64(at.Unix()), "KeyState": kms.PendingDeletion, "PendingWindowInDays": in.PendingWindowInDays}, nil
}

func cancelKeyDeletion(c *call, body []byte) (any, error) {
	k, err := c.ownKey("CancelKeyDeletion", body)
	if err != nil {
		return nil, err
	}
	if k.State != kms.PendingDeletion {
		return nil, newError(400, "KMSInvalidStateException", k.ARN()+" is not pending deletion.")
	}
	c.server.SetKMSKeyState(k.ARN(), kms.Disabled) // a key that was saved comes back disabled
	return map[string]any{"KeyId": k.ARN()}, nil
}

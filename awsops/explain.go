package awsops

import (
	"net/http"
	"strings"
)

// meaning is what a server's error code says to a person.
type meaning struct {
	kind Kind
	hint string
}

// meanings are S3's error codes as the API reference lists them, and those of STS and IAM that
// the same sentences serve.
var meanings = map[string]meaning{
	"AccessDenied":                            {KindDenied, ""},
	"AccessDeniedException":                   {KindDenied, ""},
	"Forbidden":                               {KindDenied, ""},
	"UnauthorizedAccess":                      {KindDenied, ""},
	"AllAccessDisabled":                       {KindDenied, "AWS has disabled this account or bucket."},
	"AccountProblem":                          {KindDenied, "AWS has disabled this account."},
	"NotSignedUp":                             {KindDenied, "The account is not signed up for Amazon S3."},
	"ExpiredToken":                            {KindExpired, "The session is over: log in again, then retry. Nothing typed is lost."},
	"ExpiredTokenException":                   {KindExpired, "The session is over: log in again, then retry. Nothing typed is lost."},
	"InvalidToken":                            {KindExpired, "The session token was not accepted: log in again, then retry."},
	"TokenRefreshRequired":                    {KindExpired, "The session must be renewed: log in again, then retry."},
	"UnauthorizedException":                   {KindExpired, "The login is over: log in again, then retry."},
	"InvalidGrantException":                   {KindExpired, "The login is over: log in again, then retry."},
	"InvalidAccessKeyId":                      {KindCredentials, "This access key is not known in this partition or to this endpoint."},
	"InvalidClientTokenId":                    {KindCredentials, "This access key is not known in this partition or to this endpoint."},
	"SignatureDoesNotMatch":                   {KindCredentials, "The secret key is wrong, or a proxy changed the request."},
	"UnrecognizedClientException":             {KindCredentials, "This access key is not known in this partition or to this endpoint."},
	"RequestTimeTooSkewed":                    {KindCredentials, "This machine's clock is more than 15 minutes off: set it right."},
	"NoSuchBucket":                            {KindNotFound, "The bucket is gone or never existed; a new one may take a moment to be seen."},
	"NoSuchKey":                               {KindNotFound, "There is no such object; it may have been deleted."},
	"NoSuchVersion":                           {KindNotFound, "There is no such version; it may have been deleted."},
	"NoSuchUpload":                            {KindNotFound, "The upload was completed or aborted."},
	"NotFound":                                {KindNotFound, ""},
	"TokenCodeInvalidError":                   {KindMFARejected, "The code was wrong or old: wait for the next one."},
	"NotDeviceOwnerError":                     {KindMFARejected, "That device belongs to somebody else: choose another serial."},
	"AuthorizationHeaderMalformed":            {KindWrongRegion, "The bucket is in another region: retry goes there."},
	"AuthorizationQueryParametersError":       {KindWrongRegion, "The signature names another region."},
	"PermanentRedirect":                       {KindWrongRegion, "The bucket is in another region: retry goes there."},
	"MovedPermanently":                        {KindWrongRegion, "The bucket is in another region: retry goes there."},
	"TemporaryRedirect":                       {KindWrongRegion, "The bucket is new and its region's address is not known everywhere yet: retry."},
	"IllegalLocationConstraintException":      {KindWrongRegion, "The region and the endpoint differ."},
	"InvalidLocationConstraint":               {KindInvalid, "The region is not enabled for this account."},
	"SlowDown":                                {KindThrottled, "S3 asks to slow down: retry in a moment."},
	"ServiceUnavailable":                      {KindThrottled, "The service is not available: retry in a moment."},
	"Throttling":                              {KindThrottled, "AWS asks to slow down: retry in a moment."},
	"ThrottlingException":                     {KindThrottled, "AWS asks to slow down: retry in a moment."},
	"RequestTimeout":                          {KindThrottled, "The server got no data in time: retry."},
	"InternalError":                           {KindThrottled, "S3 had an internal error: retry."},
	"PreconditionFailed":                      {KindPrecondition, "It changed since you looked: refresh and plan again."},
	"ConditionalRequestConflict":              {KindConflict, "Somebody else changes the same thing now: refresh and plan again."},
	"OperationAborted":                        {KindConflict, "Another change to this bucket is still running; a deleted name may take an hour to be free again."},
	"BucketAlreadyExists":                     {KindConflict, "Someone else owns this name: names are shared by all accounts of the partition. Choose another."},
	"BucketAlreadyOwnedByYou":                 {KindConflict, "You own it already. Nothing was changed."},
	"BucketNotEmpty":                          {KindConflict, "Versions, delete markers or uploads are left in it."},
	"TooManyBuckets":                          {KindConflict, "The account's quota of buckets is reached; AWS raises it on request."},
	"InvalidBucketName":                       {KindInvalid, "Names have 3 to 63 characters: lower-case letters, digits, dots and hyphens."},
	"InvalidBucketState":                      {KindConflict, "The bucket's state does not allow it: usually Object Lock against versioning."},
	"IllegalVersioningConfigurationException": {KindInvalid, "Versioning is Enabled or Suspended, nothing else."},
	"NotImplemented":                          {KindUnsupported, "This endpoint does not know the feature."},
	"MethodNotAllowed":                        {KindUnsupported, "Not possible here: a delete marker addressed by its id, or a feature this endpoint does not have."},
	"XNotImplemented":                         {KindUnsupported, "This endpoint does not know the feature."},
	"AccessControlListNotSupported":           {KindConflict, "ACLs are off on this bucket (BucketOwnerEnforced): use a policy."},
	"MalformedXML":                            {KindInvalid, "The server did not accept the document."},
	"MalformedPolicy":                         {KindInvalid, "The server did not accept the policy."},
	"InvalidArgument":                         {KindInvalid, ""},
	"InvalidRequest":                          {KindInvalid, ""},
	"InvalidTag":                              {KindInvalid, "Keys have up to 128 characters, values up to 256, no key twice."},
	"KeyTooLongError":                         {KindInvalid, "A key has at most 1,024 bytes."},
	"MetadataTooLarge":                        {KindInvalid, "User metadata has at most 2 KB."},
	"EntityTooLarge":                          {KindInvalid, "A single upload has at most 5 GB, a part 5 GiB."},
	"EntityTooSmall":                          {KindInvalid, "Every part but the last has at least 5 MiB."},
	"InvalidRange":                            {KindInvalid, "The object is shorter than that."},
	"InvalidObjectState":                      {KindConflict, "The object is archived: restore it first."},
	"ObjectAlreadyInActiveTierError":          {KindConflict, "The object is not archived."},
	"RestoreAlreadyInProgress":                {KindConflict, "A restore is running already."},
	"EncryptionTypeMismatch":                  {KindInvalid, "The encryption of this write differs from the object's."},
	"BadDigest":                               {KindNetwork, "The data was damaged on its way: retry."},
	"XAmzContentSHA256Mismatch":               {KindNetwork, "The data was damaged on its way: retry."},
	"MaxMessageLengthExceeded":                {KindInvalid, "The request is too large."},
	"RequestLimitExceeded":                    {KindThrottled, "AWS asks to slow down: retry in a moment."},
	"TooManyRequestsException":                {KindThrottled, "AWS asks to slow down: retry in a moment."},
	"InvalidSignatureException":               {KindCredentials, "The secret key is wrong, the clock is off, or a proxy changed the request."},
	"IncompleteSignature":                     {KindCredentials, "A proxy changed the request's signature."},
	"MissingAuthenticationTokenException":     {KindCredentials, "The request was not signed."},
	"NotFoundException":                       {KindNotFound, ""},
	"KMS.NotFoundException":                   {KindNotFound, "The KMS key is not known in the bucket's region, or belongs to another account that does not share it."},
	"DisabledException":                       {KindConflict, "The KMS key is disabled: enable it to read or write with it."},
	"KMS.DisabledException":                   {KindConflict, "The KMS key is disabled: enable it to read or write with it."},
	"KMSInvalidStateException":                {KindConflict, keyStateHint},
	"KMS.KMSInvalidStateException":            {KindConflict, keyStateHint},
	"KMS.InvalidKeyUsageException":            {KindInvalid, "S3 encrypts with symmetric keys for encryption only."},
	"InvalidKeyUsageException":                {KindInvalid, "S3 encrypts with symmetric keys for encryption only."},
	"KMS.ThrottlingException":                 {KindThrottled, "The account's rate of KMS requests is used up: slow down, or switch the Bucket Key on."},
	"KeyUnavailableException":                 {KindThrottled, "AWS KMS can't use the key right now: retry in a moment."},
	"KMSInternalException":                    {KindThrottled, "AWS KMS had an internal error: retry."},
	"DependencyTimeoutException":              {KindThrottled, "AWS KMS timed out: retry."},
	"InvalidCiphertextException":              {KindInvalid, "The encrypted data key is damaged, or the encryption context is not the one that it was made with."},
	"IncorrectKeyException":                   {KindInvalid, "It was encrypted under another KMS key than the one named."},
	"InvalidArnException":                     {KindInvalid, "That is not the ARN of a key in this region."},
	"UnknownOperationException":               {KindUnsupported, "This endpoint does not know the feature."},
}

// keyStateHint is what to do about a key that can't be used now and may be lost soon.
const keyStateHint = "If the KMS key is pending deletion, cancel that now: once it is deleted, nothing that it encrypted can be read again."

// explain gives an answered error its kind and hint, and S3's MFA sentences their own.
func explain(e *Error) {
	m := meaningOf(e.Code, e.Status)
	e.Kind, e.Hint = m.kind, m.hint
	switch e.Code {
	case "AccessDenied", "Forbidden", "AccessDeniedException":
		explainDenied(e)
	case "InvalidRequest":
		if strings.Contains(e.Message, "DevPay and Mfa are mutually exclusive") {
			e.Kind = KindCredentials
			e.Hint = "MFA delete only accepts root's long-term access keys; the current credentials are temporary (they carry a session token)."
		}
		explainKey(e)
	case "InvalidArgument":
		explainKey(e)
		if strings.Contains(e.Message, "Mfa header is invalid") {
			e.Kind, e.Hint = KindMFARejected, "The device's serial or the code is malformed: check the serial."
		}
	case "InvalidBucketState":
		if strings.Contains(e.Message, "lifecycle configuration") {
			e.Hint = "Remove the bucket's lifecycle rules first: they and MFA delete exclude each other."
		} else if strings.Contains(e.Message, "Object Lock") {
			e.Hint = "Object Lock fixes the versioning state of this bucket."
		}
	}
}

// meaningOf looks a code up; one that isn't listed means what its name or its status says.
func meaningOf(code string, status int) meaning {
	if m, ok := meanings[code]; ok {
		return m
	}
	if strings.HasPrefix(code, "NoSuch") || strings.HasSuffix(code, "NotFoundError") || strings.HasSuffix(code, "NotFound") ||
		strings.HasSuffix(code, "NotFoundException") {
		return meaning{KindNotFound, ""}
	}
	return meaning{kindOfStatus(status), ""}
}

func explainDenied(e *Error) {
	switch {
	case strings.Contains(e.Message, "must provide the correct secret key"):
		explainKey(e)
	case strings.Contains(e.Message, "kms:"):
		e.Hint = "The KMS key's policy or your own policies lack the permission that is named. A key of another account must allow it on both sides."
	case strings.Contains(e.Message, "Mfa Authentication must be used"):
		e.Kind, e.Hint = KindMFARequired, "The bucket has MFA delete: root must send a one-time code."
	case strings.Contains(e.Message, "MultiFactorAuthentication failed"):
		e.Kind, e.Hint = KindMFARejected, "The code was wrong, old or already used: wait for the next one."
	case strings.Contains(e.Message, "may only be performed by the bucket owner"):
		e.Hint = "Only the root user of the account that owns the bucket can do this."
	case strings.Contains(e.Message, "explicit deny in a resource-based policy"):
		e.Hint = "The bucket's policy denies it in so many words."
	case strings.Contains(e.Message, "service control policy"):
		e.Hint = "A policy of the organisation denies it."
	case strings.Contains(e.Message, "no identity-based policy allows"):
		e.Hint = "No policy of yours allows it: ask for the permission named above."
	case e.Code == "AccessDeniedException":
		e.Hint = "No permission for " + e.Op + ", or a policy of the resource or the organisation forbids it."
	default:
		e.Hint = "No permission for " + e.Op + ", or the bucket belongs to another account, or its policy, key or lock forbids it."
	}
}

func kindOfStatus(status int) Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return KindDenied
	case http.StatusNotFound, http.StatusGone:
		return KindNotFound
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect:
		return KindWrongRegion
	case http.StatusPreconditionFailed:
		return KindPrecondition
	case http.StatusConflict:
		return KindConflict
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return KindUnsupported
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return KindThrottled
	case http.StatusProxyAuthRequired:
		return KindNetwork
	}
	return KindInvalid
}

#!/usr/bin/env bash
# awscli.sh: Debian's AWS CLI on `cooper sandbox`, a client that knows nothing of us. Needs awscli and oathtool.
#
# Variables: AWSCLI (/usr/bin/aws: another program of that name may come first on PATH).
set -euo pipefail
cd "$(dirname "$0")/.."

AWSCLI=${AWSCLI:-/usr/bin/aws}
work=$(mktemp -d)
sandbox=
trap '[[ -n $sandbox ]] && kill "$sandbox" 2>/dev/null; wait; rm -rf "$work"' EXIT

for need in "$AWSCLI" oathtool; do
  command -v "$need" >/dev/null || { echo "$need is missing: apt-get install awscli oathtool"; exit 1; }
done

# Nothing of this machine's own configuration.
while read -r name; do unset "$name"; done < <(compgen -e AWS_)
export AWS_CONFIG_FILE=$work/config AWS_SHARED_CREDENTIALS_FILE=$work/credentials AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
touch "$AWS_CONFIG_FILE" "$AWS_SHARED_CREDENTIALS_FILE"

go build -o "$work/cooper" .
"$work/cooper" sandbox --empty >"$work/env" 2>"$work/log" &
sandbox=$!
for _ in {1..100}; do
  grep -q '^export COOPER_MFA_SEED=' "$work/env" && break
  kill -0 "$sandbox" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.1
done
# shellcheck disable=SC1091
. "$work/env"
# The certificate covers the address, too; with it the CLI puts bucket names into the path and no name has to resolve.
endpoint=https://127.0.0.1:${AWS_ENDPOINT_URL##*:}
plain=http://127.0.0.1:${AWS_ENDPOINT_URL##*:}

checks=0
ok() { checks=$((checks + 1)); }
fail() { echo "FAIL: $*"; exit 1; }
s3() { "$AWSCLI" --endpoint-url "$endpoint" s3 "$@"; }
api() { "$AWSCLI" --endpoint-url "$endpoint" --output text s3api "$@"; }

# says WANT COMMAND...: the command succeeds and prints WANT, tabs being blanks.
says() {
  local want=$1 got
  shift
  got=$("$@" 2>&1) || fail "$* ended with: $got"
  got=$(tr '\t' ' ' <<<"$got")
  [[ $got == *"$want"* ]] || fail "$* printed: $got, without: $want"
  ok
}

# refuses WANT COMMAND...: the command fails and its message holds WANT.
refuses() {
  local want=$1 got
  shift
  if got=$("$@" 2>&1); then fail "$* was let through: $got"; fi
  [[ $got == *"$want"* ]] || fail "$* was refused with: $got, without: $want"
  ok
}

code() { oathtool --totp --base32 "$COOPER_MFA_SEED"; }
used=
# next: a code that was not used yet, in "mfa". At most a step of 30 s passes.
next() {
  while [[ $(code) == "$used" ]]; do sleep 0.5; done
  used=$(code)
  mfa="$COOPER_MFA_SERIAL $used"
}

b=awscli-suite
echo one >"$work/one"
echo two >"$work/two"

says "$b" s3 mb "s3://$b"
says 'upload:' s3 cp "$work/one" "s3://$b/a/key with blank.txt"
says 'key with blank.txt' s3 ls "s3://$b/a/"
says 'PRE a/' s3 ls "s3://$b"
says 'download:' s3 cp "s3://$b/a/key with blank.txt" "$work/back"
cmp "$work/one" "$work/back" || fail 'the file came back changed'
refuses 'NoSuchBucket' s3 ls "s3://$b-none"
refuses 'BucketAlreadyOwnedByYou' api create-bucket --bucket "$b" --create-bucket-configuration "LocationConstraint=$AWS_REGION"

api put-bucket-versioning --bucket "$b" --versioning-configuration Status=Enabled
says 'Enabled' api get-bucket-versioning --bucket "$b"
api put-object --bucket "$b" --key doc --body "$work/one" >/dev/null
api put-object --bucket "$b" --key doc --body "$work/two" >/dev/null
says '2' api list-object-versions --bucket "$b" --prefix doc --query 'length(Versions)'
api delete-object --bucket "$b" --key doc >/dev/null
says 'True' api list-object-versions --bucket "$b" --prefix doc --query 'DeleteMarkers[].IsLatest'
refuses '404' api head-object --bucket "$b" --key doc

next
refuses 'AccessDenied' api put-bucket-versioning --bucket "$b" --versioning-configuration Status=Enabled,MFADelete=Enabled
refuses 'InvalidRequest' "$AWSCLI" --endpoint-url "$plain" s3api put-bucket-versioning --bucket "$b" \
  --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "$mfa"
api put-bucket-versioning --bucket "$b" --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "$mfa"
says 'Enabled Enabled' api get-bucket-versioning --bucket "$b" --query '[Status,MFADelete]'

version=$(api list-object-versions --bucket "$b" --prefix doc --query 'Versions[-1].VersionId')
refuses 'Mfa Authentication must be used for this request' api delete-object --bucket "$b" --key doc --version-id "$version"
refuses 'An error occurred' api delete-object --bucket "$b" --key doc --version-id "$version" --mfa "$mfa"
next
says "$version" api delete-object --bucket "$b" --key doc --version-id "$version" --mfa "$mfa"
says '1' api list-object-versions --bucket "$b" --prefix doc --query 'length(Versions)'

# On S3 a code over plain HTTP and a lifecycle on an MFA bucket are refused; what S3 does not know here is 501.
refuses 'InvalidBucketState' api put-bucket-lifecycle-configuration --bucket "$b" --lifecycle-configuration \
  '{"Rules":[{"ID":"a","Status":"Enabled","Filter":{},"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}}]}'
refuses 'NotImplemented' api get-bucket-analytics-configuration --bucket "$b" --id x
says "$COOPER_MFA_SERIAL" "$AWSCLI" --endpoint-url "$endpoint" --output text iam list-virtual-mfa-devices --query 'VirtualMFADevices[].SerialNumber'
says ':root' "$AWSCLI" --endpoint-url "$endpoint" --output text sts get-caller-identity --query Arn

# AWS KMS, CloudTrail and Service Quotas, and an object under a KMS key.
aws() { "$AWSCLI" --endpoint-url "$endpoint" --region eu-west-1 --output text "$@"; }
key=alias/customer-data
says 'alias/aws/s3' aws kms list-aliases --query 'Aliases[].AliasName'
says 'Enabled' aws kms describe-key --key-id $key --query KeyMetadata.KeyState
says 'ENCRYPT_DECRYPT SYMMETRIC_DEFAULT CUSTOMER' aws kms describe-key --key-id $key --query 'KeyMetadata.[KeyUsage,KeySpec,KeyManager]'
refuses 'NotFoundException' aws kms describe-key --key-id alias/none
printf secret >"$work/plain"
aws kms encrypt --key-id $key --plaintext "fileb://$work/plain" --encryption-context a=b --query CiphertextBlob | base64 -d >"$work/blob"
says "$(base64 <"$work/plain")" aws kms decrypt --ciphertext-blob "fileb://$work/blob" --encryption-context a=b --query Plaintext
refuses 'InvalidCiphertextException' aws kms decrypt --ciphertext-blob "fileb://$work/blob"
says "$b" aws s3api create-bucket --bucket "$b-kms" --create-bucket-configuration LocationConstraint=eu-west-1
says 'aws:kms' aws s3api put-object --bucket "$b-kms" --key k --body "$work/one" --server-side-encryption aws:kms --ssekms-key-id $key
aws kms disable-key --key-id "$(aws kms describe-key --key-id $key --query KeyMetadata.KeyId)"
refuses 'KMS.DisabledException' aws s3api get-object --bucket "$b-kms" --key k "$work/back"
refuses 'DisabledException' aws kms generate-data-key --key-id $key --key-spec AES_256
says 'GenerateDataKey' aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=GenerateDataKey --query 'Events[].EventName'
says '100000' aws service-quotas list-service-quotas --service-code kms --query 'Quotas[].Value'

echo "$("$AWSCLI" --version | cut -d' ' -f1): $checks checks held"

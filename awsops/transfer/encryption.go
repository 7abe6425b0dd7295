package transfer

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// keyFile is where the customer's key is kept, "" when there is none or that isn't known.
func keyFile(r *awsops.Reader, a Attributes) string {
	return r.Session().Keys().File(a.Encryption.Fingerprint)
}

// probe finds out once for a job whether a compatible server heeds the encryption that is asked for. Some take every
// header, store the bytes as they are and answer with success; so an upload is begun and given up again, without data:
// its answer tells.
type probe struct {
	mu   sync.Mutex
	done bool
	err  error
}

func (p *probe) run(ctx context.Context, u *upload) error {
	if !u.plain || u.spec.With.Encryption.Algorithm() == "" && u.spec.With.Encryption.Kind != sse.Customer {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return p.err
	}
	in := &s3.CreateMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key}
	u.ready.Create(in)
	begun, err := u.api.CreateMultipartUpload(ctx, in)
	if err != nil {
		return awsops.Wrap("CreateMultipartUpload", u.spec.Bucket, u.spec.Key, err)
	}
	_, err = u.api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: begun.UploadId})
	if err != nil {
		return awsops.Wrap("AbortMultipartUpload", u.spec.Bucket, u.spec.Key, err)
	}
	p.done = true
	if why := u.spec.With.Encryption.Ignored(toldByCreate(begun)); why != "" {
		p.err = ignored(u.spec, why, "Nothing was sent: the object would have been stored without that encryption.")
	}
	return p.err
}

// told compares what an answer says of the encryption with what was asked for.
func (u *upload) told(t sse.Told) error {
	if why := u.spec.With.Encryption.Ignored(t); why != "" {
		return ignored(u.spec, why, "Look at the object, and delete it if it was stored without that encryption.")
	}
	return nil
}

func ignored(spec UploadSpec, why, hint string) error {
	return &awsops.Error{Op: "PutObject", Bucket: spec.Bucket, Key: spec.Key, Kind: awsops.KindUnsupported, Message: why, Hint: hint}
}

func toldByPut(out *s3.PutObjectOutput) sse.Told {
	return sse.Told{Algorithm: string(out.ServerSideEncryption), KeyID: aws.ToString(out.SSEKMSKeyId), Fingerprint: aws.ToString(out.SSECustomerKeyMD5)}
}

func toldByCreate(out *s3.CreateMultipartUploadOutput) sse.Told {
	return sse.Told{Algorithm: string(out.ServerSideEncryption), KeyID: aws.ToString(out.SSEKMSKeyId), Fingerprint: aws.ToString(out.SSECustomerKeyMD5)}
}

const asChosen = "as chosen"

// encryptionState reads back how the object is encrypted.
func encryptionState(spec UploadSpec) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		head, err := objects.ReadHead(ctx, r, spec.Bucket, spec.Key, "")
		if err != nil {
			return "", err
		}
		e := head.Encryption
		if why := spec.With.Encryption.Ignored(sse.Told{Algorithm: e.Algorithm, KeyID: e.KeyID, Fingerprint: e.CustomerKey}); why != "" {
			return why, nil
		}
		return asChosen, nil
	}
}

// needsKey reports whether an error would be mended by a customer's key.
func needsKey(err error) bool {
	_, ok := errors.AsType[*sse.MissingKey](err)
	return ok
}

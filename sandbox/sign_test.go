package sandbox

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

func fixedClock() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }

// signFor signs as the account's root, unless the request carries a signature or says X-Test-Anonymous.
func signFor(s *Server, r *http.Request, region string) {
	if r.Header.Get("X-Test-Anonymous") != "" || r.Header.Get("Authorization") != "" {
		r.Header.Del("X-Test-Anonymous")
		return
	}
	root := s.Root()
	if r.Header.Get("X-Amz-Content-Sha256") == "" {
		r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	err := signer.SignHTTP(context.Background(), aws.Credentials{
		AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey,
	}, r, r.Header.Get("X-Amz-Content-Sha256"), "s3", region, s.Now())
	if err != nil {
		panic(err)
	}
}

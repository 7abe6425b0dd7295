package awsops

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestOnlyWhatMayPassIsTriedAgain(t *testing.T) {
	for _, tc := range []struct {
		name  string
		err   error
		resp  func() *answered
		tries int
	}{
		{"unknown authority", x509.UnknownAuthorityError{}, nil, 1},
		{"nobody listens", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, nil, 1},
		{"unknown name", &net.DNSError{IsNotFound: true}, nil, 1},
		{"reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, nil, 3},
		{"slow down", nil, func() *answered { return failure(503, "SlowDown", "slow") }, 3},
		{"denied", nil, func() *answered { return failure(403, "AccessDenied", "no") }, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &wire{answer: func(int, *http.Request, string) (*answered, error) {
				if tc.resp != nil {
					return tc.resp(), nil
				}
				return nil, fmt.Errorf("send: %w", tc.err)
			}}
			s := isolated(t, w)
			_, err := s.client(clientKey{region: "eu-west-1"}).ListBuckets(t.Context(), &s3.ListBucketsInput{})
			if n := len(w.requests()); err == nil || n != tc.tries {
				t.Errorf("%s: %d tries, want %d (%v)", tc.name, n, tc.tries, err)
			}
			calls, _ := s.Calls()
			if last := calls[len(calls)-1]; last.Attempt != tc.tries || last.Code == "" {
				t.Errorf("%s: the command log says %+v", tc.name, last)
			}
		})
	}
}

package awsops

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// retryer is the SDK's, except that it gives up at once where trying again can't help: a person waits
// for the sentence that says what to set right.
// A login that is over is waited for around it (guard.awaitLogin).
func (s *Session) retryer() aws.Retryer {
	if s.cfg.RetryMode == aws.RetryModeAdaptive {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, giveUpEarly)
		})
	}
	return retry.NewStandard(giveUpEarly)
}

func giveUpEarly(o *retry.StandardOptions) {
	o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
}

// hopeless tells failures that stay: a certificate that isn't trusted, a port where nobody listens, a
// name that doesn't exist, a server that doesn't speak TLS.
func hopeless(err error) aws.Ternary {
	var verify *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.As(err, &verify), errors.As(err, &authority), errors.As(err, &name), errors.As(err, &record),
		errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &dns) && dns.IsNotFound:
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

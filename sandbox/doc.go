// Package sandbox is an embedded Amazon S3, with the neighbouring services that a bucket
// administrator meets, held in memory and served as an http.Handler.
//
// It answers with AWS's status codes, error codes and messages, plays every region at once, and takes
// its clock and its randomness as parameters, so a test or a recording gets the same bytes each time.
// A sub-resource that it does not know is 501 NotImplemented; it never falls through to the plain
// operation, which on a DELETE would cost a bucket.
package sandbox

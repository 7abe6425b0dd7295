// Package sse is how one object is encrypted on the server: the choice that a write makes, the headers that it sends
// for it, and the keys of one's own (SSE-C) that are held for a session. It knows no network.
//
// A Choice never holds a key: it names a KMS key by its ARN and a customer's key by its fingerprint, so that it may be
// recorded and shown. The key itself is in a Keyring, in memory only, and a Ready joins the two for one request
// (Amazon S3 User Guide, "Protecting data with encryption").
package sse

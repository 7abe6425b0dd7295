// Package clientside joins client-side encryption (package s3ec) with a session: the key that a write chose or that an
// object needs, KMS, key files, instruction files, and the errors in the form in which screens show them.
package clientside

// Package reencrypt counts how the objects of a bucket are encrypted, and encrypts those that exist anew.
//
// A listing doesn't tell how an object is encrypted: that takes a HEAD for each. Encryption is changed in place where
// S3 can do it (UpdateObjectEncryption: SSE-S3 or SSE-KMS to SSE-KMS, whatever the class and size) and by copying an
// object onto itself elsewhere, which makes a new version (Amazon S3 User Guide, "Updating server-side encryption for
// existing objects"; "Copying, moving, and renaming objects").
package reencrypt

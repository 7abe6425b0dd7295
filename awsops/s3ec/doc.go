// Package s3ec encrypts and decrypts objects on the client's side in the format of the Amazon S3 Encryption Client, so
// that the official clients read what it writes and it reads what they write. It knows neither files nor a network.
//
// It writes the committing suite (message format V3, algorithm suite 115) and, for old readers, V2; it reads both. The
// data key is wrapped by an AES key or by KMS. Content of AES-CBC (V1) and RSA keys are named and refused.
//
// A Sealer gives the ciphertext of one plaintext at any offset, so that a part of an upload can be sent again. An Opener
// gives plaintext only to a Sink that is committed when the tag was verified and discarded when it was not. There are no
// ranged reads: a range of such an object can't be authenticated.
//
// Sources: the Amazon S3 Encryption Client Developer Guide ("Supported algorithm suites", "Key commitment"), and the
// formats that the clients for Go, Java and .NET write; NIST SP 800-38D for GCM, RFC 5869 for HKDF.
package s3ec

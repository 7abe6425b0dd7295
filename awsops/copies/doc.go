// Package copies copies objects and versions on the server, with everything that a plain CopyObject would lose: the
// storage class, the website redirect, the KMS key within a region and, where it is asked for, retention and legal
// hold. What is larger than one CopyObject takes is copied by parts (UploadPartCopy), which carry no properties at
// all, so metadata, headers and tags are read and sent, too.
//
// Not carried over: the ACL, which becomes private; the date; the layout in parts and with it the ETag; a KMS
// encryption context; annotations of what is copied by parts (Amazon S3 User Guide, "Copying, moving, and renaming
// objects").
package copies

// Package versions lists the versions and delete markers of a bucket, and plans what is done with
// them: restore by copy, undelete, permanent deletion of some, of a prefix or of noncurrent ones; and
// the deletion of objects, whose meaning hangs on the bucket's versioning state.
//
// Permanent deletions always name a version, so that sending one twice does no harm. Keys that XML
// can't carry are deleted one request each, with the key in the URL: in a DeleteObjects document they
// would become other keys. On a bucket with MFA delete every request takes a one-time code.
package versions

// Package listing lists the keys or the versions of a bucket, a million of them without strain.
//
// Three things make that possible. A Store keeps rows page by page in byte arenas, so that a
// million keys take tens of megabytes and a row is made only when it is looked at. A scanner reads
// the XML of an answer straight into such a page underneath the SDK's client, which goes on
// signing, retrying and telling errors as always, and finds an empty page to decode. And idle
// workers steal: one takes the upper half of the key range of a worker that goes on listing, which
// ListObjectsV2 allows at no cost, because start-after and key-marker need no existing key.
//
// Rows are published in the order of the server and only ever appended: a row's index never
// changes while the listing grows.
package listing

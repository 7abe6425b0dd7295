// Package transfer uploads one local file and downloads one object, as plans that become jobs.
//
// An upload refuses to replace an object unless asked to, and then only the very one that was seen.
// A download goes to a temporary file beside its destination, is pinned to one version of the object,
// is verified, and is renamed only when every byte is there. Keys never become paths unchecked.
package transfer

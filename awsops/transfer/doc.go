// Package transfer moves files into buckets and objects into files, one or many, as plans that become jobs.
//
// An upload refuses to replace an object unless asked to, and then only the very one that was seen. A download goes to
// a temporary file beside its destination, is pinned to one version of the object, is verified, and is renamed only
// when every byte is there. Keys never become paths unchecked, and no path leaves the folder that was chosen.
//
// A job over many files never holds their list: a folder is walked in the order of its keys, side by side with a
// listing of what is there already, so that a million files take the memory of a few.
//
// The parts are sent by a loop of its own and not by the SDK's transfer manager, which keeps an upload's id and its
// finished parts to itself: going on after the program was killed needs both on the disk, parts must be checked
// against the file before they count, and one number bounds the requests of all files together.
package transfer

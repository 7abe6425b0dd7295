// Package buckets reads and changes buckets themselves: their list, the facts about each one, and
// the plans that create, empty, delete and configure them. The rules on names, public access and
// grantees are pure functions that need no server.
package buckets

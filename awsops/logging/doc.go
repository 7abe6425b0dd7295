// Package logging reads and plans where a bucket's server access logs go, finds the log files of a time, and reads them
// into a table of package accesslog.
package logging

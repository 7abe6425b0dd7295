// Package accesslog reads Amazon S3's server access logs: it takes the lines apart, keeps millions of them in little
// memory, and filters, groups and exports them. It knows no network.
//
// The format is that of the page "Amazon S3 server access log format" of the S3 User Guide: one request a line, fields
// separated by spaces, 27 of them by now. Older files have fewer, and new fields may be added at the end. The request,
// the referer and the user agent stand in double quotes that aren't escaped inside, and come from strangers.
package accesslog

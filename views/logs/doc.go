// Package logs holds the screens of access logs: where a bucket's logs go, and the reader of what they tell.
package logs

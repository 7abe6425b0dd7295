// Package athena hands questions about access logs to Amazon Athena, for ranges of time that are too large to read
// through one machine: the table over the log files, the questions as SQL, what they will read, and running them.
package athena

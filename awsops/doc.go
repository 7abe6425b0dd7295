// Package awsops is the operations layer: everything cooper asks of Amazon S3 goes through it.
//
// It reads through a Reader, which cannot change anything, and changes through a Plan: a planner
// reads the present state and says what would happen, a person consents, and Session.Apply makes
// the change, reads it back and journals it. There is no second way to change S3.
//
// What was read is a Reading: known, absent, denied, unsupported and failed are different states,
// so that a missing permission never looks like a setting that is off. What went wrong is an
// *Error with a kind, a sentence and the request ids that AWS Support asks for.
//
// Types of the AWS SDK stay inside this package and the areas below it.
package awsops

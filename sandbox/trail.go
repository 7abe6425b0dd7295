package sandbox

import (
	"cooper/sandbox/kms"
)

// recordKeyUse keeps one use of a key, as CloudTrail does.
func (c *call) recordKeyUse(operation string, k kms.Key, in keyRequest, err error) {}

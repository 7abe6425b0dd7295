//go:build !unix

package accesslog

import "time"

var began = time.Now()

// cpuTime is the time that has passed, where that of the processor can't be asked.
func cpuTime() time.Duration { return time.Since(began) }

//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd

package journal

import (
	"errors"
	"fmt"
	"os"
)

func takeLock(string) (*os.File, error) {
	return nil, fmt.Errorf("the journal needs a file lock that this system does not have: %w", errors.ErrUnsupported)
}

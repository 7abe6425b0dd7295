//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package transfer

import (
	"io/fs"
	"sync"
	"syscall"
)

// umask is the process's. It can be read only by setting it: what is made in that moment is its owner's alone.
var umask = sync.OnceValue(func() fs.FileMode {
	mask := syscall.Umask(0o077)
	syscall.Umask(mask)
	return fs.FileMode(mask).Perm() //nolint:gosec // nine bits
})

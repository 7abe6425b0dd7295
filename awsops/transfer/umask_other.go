//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package transfer

import "io/fs"

func umask() fs.FileMode { return 0o022 }

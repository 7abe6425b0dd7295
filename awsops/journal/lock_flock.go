//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// takeLock takes the writer's lock and writes into the file who holds it. The system lets go of it when the process
// ends, however it ends.
func takeLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the journal can't be locked: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		held := holder(file)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("the journal can't be locked: %w", err), file.Close())
		}
		_ = file.Close()
		return nil, held
	}
	who := fmt.Sprintf("%d %d\n", os.Getpid(), time.Now().Unix())
	if err := errors.Join(file.Truncate(0), writeStart(file, who)); err != nil {
		return nil, errors.Join(fmt.Errorf("the journal can't be locked: %w", err), file.Close())
	}
	return file, nil
}

func writeStart(file *os.File, s string) error {
	_, err := file.WriteAt([]byte(s), 0)
	return err
}

func holder(file *os.File) *HeldError {
	buf := make([]byte, 64)
	n, _ := file.ReadAt(buf, 0) // what can't be read is not known, and the sentence says less
	pid, since, _ := strings.Cut(strings.TrimSpace(string(buf[:n])), " ")
	e := &HeldError{}
	seconds, err := strconv.ParseInt(since, 10, 64)
	if err != nil {
		return e
	}
	if e.PID, err = strconv.Atoi(pid); err != nil {
		return &HeldError{}
	}
	e.Since = time.Unix(seconds, 0)
	return e
}

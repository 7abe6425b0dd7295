//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"syscall"

	"github.com/charmbracelet/x/term"
)

// silent is a terminal's state in which it doesn't show what is typed.
func silent(before *term.State) *term.State {
	s := *before
	s.Lflag &^= syscall.ECHO
	return &s
}

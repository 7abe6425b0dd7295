package policy

import (
	"bytes"
	"fmt"
	"strings"
)

// DiffLine is a line of a comparison. Sign is '-', '+', ' ' or '@' for the head of a part.
type DiffLine struct {
	Sign byte
	Text string
}

// String is the line as diff -u writes it.
func (l DiffLine) String() string { return string(l.Sign) + l.Text }

// context is how many lines around a change are shown.
const context = 3

// Diff compares two texts by line, as diff -u does.
func Diff(before, after []byte) []DiffLine {
	a, b := splitLines(before), splitLines(after)
	var all []DiffLine
	common := longest(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, DiffLine{' ', a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			all = append(all, DiffLine{'-', a[i]})
			i++
		default:
			all = append(all, DiffLine{'+', b[j]})
			j++
		}
	}
	return parts(all)
}

func splitLines(text []byte) []string {
	text = bytes.TrimRight(text, "\n")
	if len(text) == 0 {
		return nil
	}
	return strings.Split(string(text), "\n")
}

// longest gives, for every two ends of the texts, the length of their longest common subsequence.
func longest(a, b []string) [][]int {
	n := make([][]int, len(a)+1)
	for i := range n {
		n[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				n[i][j] = n[i+1][j+1] + 1
			} else {
				n[i][j] = max(n[i+1][j], n[i][j+1])
			}
		}
	}
	return n
}

// parts keeps the changed lines and those around them, each part with its head.
func parts(all []DiffLine) []DiffLine {
	keep := make([]bool, len(all))
	for i, l := range all {
		if l.Sign != ' ' {
			for k := max(0, i-context); k < min(len(all), i+context+1); k++ {
				keep[k] = true
			}
		}
	}
	var out []DiffLine
	before, after := 1, 1
	for i := 0; i < len(all); i++ {
		if keep[i] && (i == 0 || !keep[i-1]) {
			out = append(out, DiffLine{'@', head(all[i:], keep[i:], before, after)})
		}
		if keep[i] {
			out = append(out, all[i])
		}
		if all[i].Sign != '+' {
			before++
		}
		if all[i].Sign != '-' {
			after++
		}
	}
	return out
}

func head(rest []DiffLine, keep []bool, before, after int) string {
	a, b := 0, 0
	for i := 0; i < len(rest) && keep[i]; i++ {
		if rest[i].Sign != '+' {
			a++
		}
		if rest[i].Sign != '-' {
			b++
		}
	}
	if a == 0 {
		before--
	}
	if b == 0 {
		after--
	}
	return fmt.Sprintf("@ -%d,%d +%d,%d @@", before, a, after, b)
}

package accesslog

import "strings"

// Pattern says which texts are meant: "report" those that hold it, "*.csv" those that fit, with * for anything,
// "=a*b" exactly what follows, "!" in front of any of them all others. Letters count alike in both cases, but after "=".
// "" means all of them.
type Pattern string

// Exactly is the pattern of one text.
func Exactly(s string) Pattern { return Pattern("=" + s) }

// matcher makes the pattern ready for many texts.
func (p Pattern) matcher() func(string) bool {
	s, not := strings.CutPrefix(string(p), "!")
	var is func(string) bool
	switch exact, found := strings.CutPrefix(s, "="); {
	case found:
		is = func(text string) bool { return text == exact }
	case strings.Contains(s, "*"):
		pieces := strings.Split(strings.ToLower(s), "*")
		is = func(text string) bool { return fits(strings.ToLower(text), pieces) }
	default:
		low := strings.ToLower(s)
		is = func(text string) bool { return strings.Contains(strings.ToLower(text), low) }
	}
	if not {
		return func(text string) bool { return !is(text) }
	}
	return is
}

// fits matches a text with pieces that have anything between them.
func fits(text string, pieces []string) bool {
	text, ok := strings.CutPrefix(text, pieces[0])
	if !ok {
		return false
	}
	for _, piece := range pieces[1 : len(pieces)-1] {
		_, after, found := strings.Cut(text, piece)
		if !found {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, pieces[len(pieces)-1])
}

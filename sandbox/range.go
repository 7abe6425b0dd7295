package sandbox

import (
	"strconv"
	"strings"
)

// span is the piece of an object that an answer carries.
type span struct {
	offset, size int64
	partial      bool // the answer is 206
	part         int  // the part number that was asked for, 0 for none
}

// spanOf reads Range and partNumber.
func (c *call) spanOf(stored *content) (span, error) {
	whole := span{size: stored.size}
	header := c.header("Range")
	if c.query.Has("partNumber") {
		if header != "" {
			return whole, errInvalidRequest("Cannot specify both Range header and partNumber query parameter")
		}
		return partSpan(stored, c.query.Get("partNumber"))
	}
	if header == "" {
		return whole, nil
	}
	first, last, ok := parseRange(header, stored.size)
	if !ok {
		return whole, nil // a Range that is no range is ignored
	}
	if first >= stored.size || last < first {
		return whole, newError(416, "InvalidRange", "The requested range is not satisfiable",
			field{"RangeRequested", header}, field{"ActualObjectSize", strconv.FormatInt(stored.size, 10)})
	}
	return span{offset: first, size: last - first + 1, partial: true}, nil
}

func partSpan(stored *content, text string) (span, error) {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > maxPartNumber {
		return span{}, errInvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text)
	}
	offset, size, ok := stored.partRange(number)
	if !ok {
		return span{}, newError(416, "InvalidPartNumber", "The requested partnumber is not satisfiable",
			field{"ActualPartCount", itoa(max(1, len(stored.parts)))}, field{"PartNumberRequested", text})
	}
	return span{offset: offset, size: size, partial: size > 0, part: number}, nil
}

// parseRange reads "bytes=a-b", "bytes=a-" and "bytes=-n" for an object of a size. The result may lie
// outside of it.
func parseRange(header string, size int64) (first, last int64, ok bool) {
	text, isBytes := strings.CutPrefix(header, "bytes=")
	from, to, isRange := strings.Cut(strings.TrimSpace(text), "-")
	if !isBytes || !isRange || strings.Contains(text, ",") {
		return 0, 0, false
	}
	if from == "" {
		return parseSuffix(to, size)
	}
	first, err := strconv.ParseInt(from, 10, 64)
	if err != nil || first < 0 {
		return 0, 0, false
	}
	if to == "" {
		return first, size - 1, true
	}
	last, err = strconv.ParseInt(to, 10, 64)
	if err != nil || last < first {
		return 0, 0, false
	}
	return first, min(last, size-1), true
}

// parseSuffix reads the n of "bytes=-n", the last bytes of an object.
func parseSuffix(text string, size int64) (first, last int64, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n < 0:
		return 0, 0, false
	case n == 0:
		return size, size, true // nothing can be sent
	}
	return max(0, size-n), size - 1, true
}

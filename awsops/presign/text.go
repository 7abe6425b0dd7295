package presign

import (
	"strconv"
	"strings"

	"cooper/awsops"
)

var sizeUnits = map[string]int64{"": 1, "b": 1, "k": 1 << 10, "kb": 1000, "kib": 1 << 10, "m": 1 << 20, "mb": 1e6, "mib": 1 << 20,
	"g": 1 << 30, "gb": 1e9, "gib": 1 << 30}

// ReadSize reads a number of bytes as it is typed: 1024, 10 MB, 5MiB. problem says what is wrong with it.
func ReadSize(text string) (n int64, problem string) {
	text = strings.ToLower(strings.TrimSpace(text))
	digits := strings.TrimRight(text, "bgikm ")
	unit, ok := sizeUnits[strings.TrimSpace(text[len(digits):])]
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n < 0 {
		return 0, "a size is written as 1024, 10 MB or 5 MiB"
	}
	if n > maxObject/unit {
		return 0, "one upload holds at most 5 GiB"
	}
	return n * unit, ""
}

// ReadSizes reads a range of sizes, such as "1 KB - 10 MB"; a size alone is the largest. "" is any size.
func ReadSizes(text string) (least, most int64, problem string) {
	if strings.TrimSpace(text) == "" {
		return 0, 0, ""
	}
	from, to, both := strings.Cut(text, "-")
	if !both {
		from, to = "0", text
	}
	if least, problem = ReadSize(from); problem != "" {
		return 0, 0, problem
	}
	if most, problem = ReadSize(to); problem != "" {
		return 0, 0, problem
	}
	if most == 0 || least > most {
		return 0, 0, "the sizes go from a smaller to a larger one, such as 1 KB - 10 MB"
	}
	return least, most, ""
}

// SaveAs is the Content-Disposition that has browsers offer to save an object under a name.
func SaveAs(name string) string {
	return `attachment; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// ReadPairs reads "name=value, name=value" as metadata and tags are typed.
func ReadPairs(text string) (out []awsops.Pair, problem string) {
	if strings.TrimSpace(text) == "" {
		return nil, ""
	}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, "write name=value, with commas between"
		}
		out = append(out, awsops.Pair{Name: name, Value: strings.TrimSpace(value)})
	}
	return out, ""
}

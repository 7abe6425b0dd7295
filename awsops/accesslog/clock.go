package accesslog

// parseTime reads a time as records have it, such as 06/Feb/2019:00:00:38 +0000, as Unix seconds.
func parseTime(s []byte) (int64, bool) {
	if len(s) != 26 || !punctuated(s) {
		return 0, false
	}
	year, month := between(s[7:11], 1971, 9999), monthOf(s[3:6])
	if year < 0 || month == 0 {
		return 0, false
	}
	day, hour, minute, second := between(s[:2], 1, monthDays(year, month)), between(s[12:14], 0, 23), between(s[15:17], 0, 59), between(s[18:20], 0, 59)
	zone := between(s[22:26], 0, 2359)
	if min(day, hour, minute, second, zone) < 0 {
		return 0, false
	}
	offset := int64(zone/100*3600 + zone%100*60)
	if s[21] == '-' {
		offset = -offset
	}
	return daysSinceEpoch(year, month, day)*86400 + int64(hour*3600+minute*60+second) - offset, true
}

// punctuated reports whether the marks of a time stand where they belong.
func punctuated(s []byte) bool {
	return s[2] == '/' && s[6] == '/' && s[11] == ':' && s[14] == ':' && s[17] == ':' && s[20] == ' ' && (s[21] == '+' || s[21] == '-')
}

// between reads digits as a number between two others, -1 for anything else.
func between(s []byte, least, most int) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	if n < least || n > most {
		return -1
	}
	return n
}

func monthOf(s []byte) int {
	const names = "JanFebMarAprMayJunJulAugSepOctNovDec"
	for i := 0; i < len(names); i += 3 {
		if string(s) == names[i:i+3] {
			return i/3 + 1
		}
	}
	return 0
}

func monthDays(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSinceEpoch counts the days of the Gregorian calendar: a year from March on has its leap day at the end.
func daysSinceEpoch(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year+year/4-year/100+year/400+(153*(month-3)+2)/5+day) - 719469
}

// number reads a count, -1 for a dash. It reports false for anything else, and for a number above most.
func number(s []byte, most int64) (int64, bool) {
	if isDash(s) {
		return -1, true
	}
	if len(s) == 0 || len(s) > 18 || s[0] == '0' && len(s) > 1 {
		return -1, false
	}
	n := int64(0)
	for _, c := range s {
		if c < '0' || c > '9' {
			return -1, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, n <= most
}

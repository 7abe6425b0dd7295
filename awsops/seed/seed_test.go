package seed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, text string) *Seed {
	t.Helper()
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return s
}

// The seeds are the ASCII digits of RFC 6238, appendix B; its eight digits are cut to the last six.
const (
	seed20 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	seed32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA"
	seed64 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA"
)

func TestCodesAreThoseOfRFC6238(t *testing.T) {
	for _, test := range []struct {
		seed string
		unix int64
		want string
	}{
		{seed20, 59, "287082"},
		{seed20, 1111111109, "081804"},
		{seed20, 1111111111, "050471"},
		{seed20, 1234567890, "005924"},
		{seed20, 2000000000, "279037"},
		{seed20, 20000000000, "353130"},
		{"otpauth://totp/a?algorithm=SHA256&secret=" + seed32, 59, "119246"},
		{"otpauth://totp/a?algorithm=sha256&secret=" + seed32, 1111111109, "084774"},
		{"otpauth://totp/a?algorithm=SHA512&secret=" + seed64, 59, "693936"},
		{"otpauth://totp/a?algorithm=SHA512&secret=" + seed64, 1111111109, "091201"},
	} {
		got, err := parse(t, test.seed).Code(time.Unix(test.unix, 0))
		if err != nil || got != test.want {
			t.Errorf("at %d: %s, %v; want %s", test.unix, got, err, test.want)
		}
	}
}

func TestASeedIsReadTheWayPeopleCopyIt(t *testing.T) {
	want, err := parse(t, seed20).Code(time.Unix(59, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
		"GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
		"gezd-gnbv-gy3t-qojq-gezd-gnbv-gy3t-qojq\n",
		"\tGEZDGNBVGY3TQOJQ\r\nGEZDGNBVGY3TQOJQ ",
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ======",
		"GEZD\u00a0GNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"otpauth://totp/AWS:root?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=AWS",
		"OTPAUTH://totp/root?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq&digits=6&period=30&algorithm=SHA1",
	} {
		if got, err := parse(t, text).Code(time.Unix(59, 0)); err != nil || got != want {
			t.Errorf("%q: %s %v, want %s", text, got, err, want)
		}
	}
}

func TestMissingPaddingIsTolerated(t *testing.T) {
	for _, text := range []string{"GEZDGNBVGY3TQOJQGE======", "GEZDGNBVGY3TQOJQGE", "GEZDGNBVGY3TQOJQGEZDG", "GEZDGNBVGY3TQOJQGEZDG==="} {
		if _, err := Parse([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAURINamesItsIssuerAccountAndPeriod(t *testing.T) {
	s := parse(t, "otpauth://totp/Amazon%20Web%20Services:root@111122223333?period=60&secret="+seed20)
	if s.Issuer != "Amazon Web Services" || s.Account != "root@111122223333" || s.Period != time.Minute {
		t.Errorf("%q %q %v", s.Issuer, s.Account, s.Period)
	}
	a, err1 := s.Code(time.Unix(60, 0))
	b, err2 := s.Code(time.Unix(119, 0))
	if err := errors.Join(err1, err2); err != nil || a != b {
		t.Errorf("a code of 60 s changed within them: %s %s %v", a, b, err)
	}
}

func TestTextThatIsNoSeedIsRefusedWithoutRepeatingIt(t *testing.T) {
	for name, text := range map[string]string{
		"empty":             "",
		"a digit not in it": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
		"too short":         "GEZDGNBV",
		"impossible length": "GEZDGNBVGY3TQOJQG",
		"too long":          strings.Repeat("GEZDGNBV", 30),
		"far too long":      strings.Repeat("GEZDGNBV", 600),
		"a code":            "493021",
		"padding inside":    "GEZDGNBV====GEZDGNBVGY3T",
		"no secret":         "otpauth://totp/a",
		"counting":          "otpauth://hotp/a?counter=1&secret=" + seed20,
		"eight digits":      "otpauth://totp/a?digits=8&secret=" + seed20,
		"steam":             "otpauth://totp/a?encoder=steam&secret=" + seed20,
		"period 0":          "otpauth://totp/a?period=0&secret=" + seed20,
		"period -30":        "otpauth://totp/a?period=-30&secret=" + seed20,
		"period a day":      "otpauth://totp/a?period=86400&secret=" + seed20,
		"md5":               "otpauth://totp/a?algorithm=MD5&secret=" + seed20,
		"bad URI":           "otpauth://to tp/%zz?secret=" + seed20,
	} {
		_, err := Parse([]byte(text))
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), "GEZD") {
			t.Errorf("%s: the error repeats the seed: %v", name, err)
		}
	}
}

func TestASeedNeverShowsItself(t *testing.T) {
	s := parse(t, seed20)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "seed", s)
	b, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s) + log.String() + string(b) + s.String() + s.GoString()
	for _, secret := range []string{"GEZD", "12345678", "3132333435", "49 50 51", "0x31"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in %s", secret, all)
		}
	}
	if strings.Count(all, shown) != 11 {
		t.Errorf("%d places say that something is hidden: %s", strings.Count(all, shown), all)
	}
}

func TestAWipedSeedMakesNoCode(t *testing.T) {
	s := parse(t, seed20)
	secret := s.secret
	s.Wipe()
	if !bytes.Equal(secret, make([]byte, 20)) {
		t.Error("the bytes are still there")
	}
	if _, err := s.Code(time.Unix(59, 0)); err == nil {
		t.Error("a wiped seed made a code")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{seed20, seed32, "gezd gnbv", "otpauth://totp/a:b?secret=" + seed20 + "&period=60", "otpauth:", "=", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("untyped: %v", err)
			}
			return
		}
		if code, err := s.Code(time.Unix(59, 0)); err != nil || len(code) != 6 {
			t.Fatalf("a seed that was taken makes %q, %v", code, err)
		}
	})
}

package kms

import "testing"

func TestKeysAreNamedByIDAliasOrARN(t *testing.T) {
	const id, account = "1234abcd-12ab-34cd-56ef-1234567890ab", "111122223333"
	for text, want := range map[string]Name{
		id:                                     {ID: id},
		" alias/mine ":                         {Alias: "alias/mine"},
		"alias/aws/s3":                         {Alias: "alias/aws/s3"},
		"mrk-1234abcd12ab34cd56ef1234567890ab": {ID: "mrk-1234abcd12ab34cd56ef1234567890ab"},
		"arn:aws:kms:eu-west-1:111122223333:key/" + id:            {"aws", "eu-west-1", account, id, ""},
		"arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/a_b": {"aws-us-gov", "us-gov-west-1", account, "", "alias/a_b"},
	} {
		if got, err := ParseName(text); err != nil || got != want {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
	for _, text := range []string{"", "mine", "alias/", "alias/ä", "arn:aws:s3:::bucket", "arn:aws:kms:eu-west-1:1111:key/" + id, "arn:aws:kms:eu-west-1:111122223333:" + id,
		"arn:aws:kms:eu-west-1:111122223333:key/nope", "arn:aws:kms:eu-west-1:111122223333:grant/x", "1234abcd12ab34cd56ef1234567890ab"} {
		if got, err := ParseName(text); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestOnlyAKeysOwnARNIsAKeyARN(t *testing.T) {
	for text, want := range map[string]bool{
		"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab": true,
		"arn:aws:kms:eu-west-1:111122223333:alias/mine":                               false,
		"1234abcd-12ab-34cd-56ef-1234567890ab":                                        false,
		"alias/mine":                                                                  false,
	} {
		if IsKeyARN(text) != want {
			t.Errorf("%q", text)
		}
	}
}

func TestANameBecomesAnARNWithWhatItLacks(t *testing.T) {
	for text, want := range map[string]string{
		"alias/mine":                                    "arn:aws-cn:kms:cn-north-1:444455556666:alias/mine",
		"1234abcd-12ab-34cd-56ef-1234567890ab":          "arn:aws-cn:kms:cn-north-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		"arn:aws:kms:eu-west-1:111122223333:alias/mine": "arn:aws:kms:eu-west-1:111122223333:alias/mine",
	} {
		n, err := ParseName(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.ARN("aws-cn", "cn-north-1", "444455556666"); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	s := Secret("0123456789abcdef0123456789abcdef")
	if s.String() != "Secret{redacted}" || s.GoString() != "Secret{redacted}" || s.LogValue().String() != "Secret{redacted}" {
		t.Error("it shows")
	}
	if b, err := s.MarshalJSON(); err != nil || string(b) != `"Secret{redacted}"` {
		t.Error(string(b))
	}
}

func FuzzANameIsReadAndWrittenAlike(f *testing.F) {
	for _, text := range []string{"alias/mine", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:::key/", "arn:::"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseName(text)
		if err != nil {
			return
		}
		again, err := ParseName(n.ARN("aws", "eu-west-1", "111122223333"))
		if err != nil || again.ID != n.ID || again.Alias != n.Alias {
			t.Errorf("%q: %+v, then %+v %v", text, n, again, err)
		}
	})
}

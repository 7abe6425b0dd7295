package config

import (
	"os"
	"strings"
	"testing"
)

func TestTheConfigurationInTheReadmeIsRead(t *testing.T) {
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := strings.Cut(string(b), "```toml\n")
	text, _, ends := strings.Cut(rest, "```")
	if !begins || !ends {
		t.Fatal("README.md shows no configuration")
	}
	c := load(t, text, Flags{}, "HOME", "/home/o")
	if got := c.For("lab"); got.EndpointURL != "https://s3.lab.example:8443" || got.CABundle != "/home/o/.config/cooper/lab.pem" {
		t.Errorf("[profile.lab] is %+v", got)
	}
	if !c.For("prod").ReadOnly || len(c.Keys["bucket.create"]) != 2 || c.Prices == nil {
		t.Errorf("%+v", c)
	}
}

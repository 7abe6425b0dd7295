package conformance

import (
	"context"
	"crypto/md5" //nolint:gosec // an ETag is MD5 by definition
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cooper/awsops"
	details "cooper/awsops/objects"
	"cooper/awsops/transfer"
)

const textType = "text/plain; charset=utf-8"

// etagOf is the ETag of an object that was put in one piece.
func etagOf(body string) string {
	return fmt.Sprintf("%q", fmt.Sprintf("%x", md5.Sum([]byte(body)))) //nolint:gosec // an ETag is MD5 by definition
}

// transferScripts move files.
var transferScripts = []script{
	{name: "upload a folder", planner: "transfer.PlanPut", prepare: having(""), lacks: "--if-none-match", since: "August 2024",
		plan: asks(transfer.PlanPut, func(_ []string, dir string) transfer.PutSpec {
			return transfer.PutSpec{Bucket: bucketName, Roots: []transfer.Root{{Path: file(dir, "it's a file.txt"), Key: hard}}, ContentType: textType,
				With: transfer.Attributes{CacheControl: "no-store", Class: "STANDARD_IA", Metadata: []details.Pair{{Name: "by", Value: `it's "me"`}},
					Tags: []details.Pair{{Name: "a b", Value: "c+d"}}}}
		}),
		want: func(_ []string, dir string) [][]string {
			return [][]string{s3api("put-object", "--key", hard, "--body", file(dir, "it's a file.txt"), "--content-type", textType,
				"--cache-control", "no-store", "--storage-class", "STANDARD_IA", "--metadata", `{"by":"it's \"me\""}`, "--tagging", "a%20b=c%2Bd", "--if-none-match", "*")}
		}},
	{name: "go on with an upload", planner: "transfer.PlanGoOn", prepare: having(""), lacks: "--if-none-match", since: "August 2024",
		plan: func(ctx context.Context, r *awsops.Reader, _ []string, dir string) (*awsops.Plan, error) {
			path := file(dir, "it's a file.txt")
			info, err := os.Stat(path)
			if err != nil {
				return nil, err
			}
			options, err := json.Marshal(transfer.UploadSpec{ContentType: textType})
			if err != nil {
				return nil, err
			}
			return transfer.PlanGoOn(ctx, r, awsops.UploadRecord{Bucket: bucketName, Key: "k", UploadID: "1", File: path, Size: info.Size(),
				Modified: info.ModTime(), Options: string(options)})
		},
		want: func(_ []string, dir string) [][]string {
			return [][]string{s3api("put-object", "--key", "k", "--body", file(dir, "it's a file.txt"), "--content-type", textType, "--if-none-match", "*")}
		}},
	{name: "download a prefix", planner: "transfer.PlanGet", prepare: having("", puts("p/it's", "p/b c")),
		plan: asks(transfer.PlanGet, func(_ []string, dir string) transfer.GetSpec {
			return transfer.GetSpec{Bucket: bucketName, Picks: []transfer.Pick{{Key: "p/", Under: true}}, Folder: filepath.Join(dir, "to")}
		}),
		want: func(_ []string, dir string) [][]string {
			get := func(name, body string) []string {
				return s3api("get-object", "--key", "p/"+name, "--if-match", etagOf(body), filepath.Join(dir, "to", name))
			}
			return [][]string{get("b c", "content 1"), get("it's", "content 0")}
		}},
	{name: "download an object", planner: "transfer.PlanDownload", prepare: having("", puts("k")),
		plan: func(ctx context.Context, r *awsops.Reader, _ []string, dir string) (*awsops.Plan, error) {
			d, err := transfer.PlanDownload(ctx, r, transfer.DownloadSpec{Bucket: bucketName, Key: "k", File: filepath.Join(dir, "k")})
			if err != nil {
				return nil, err
			}
			return d.Plan(r), nil
		},
		want: func(_ []string, dir string) [][]string {
			return [][]string{s3api("get-object", "--key", "k", "--if-match", etagOf("content 0"), filepath.Join(dir, "k"))}
		}},
	{name: "upload a stream", planner: "transfer.PlanPour", prepare: having(""), stdin: streamed,
		plan: func(ctx context.Context, r *awsops.Reader, _ []string, _ string) (*awsops.Plan, error) {
			return transfer.PlanPour(ctx, r, transfer.PourSpec{From: strings.NewReader(streamed), Size: int64(len(streamed)),
				UploadSpec: transfer.UploadSpec{File: "standard input", Bucket: bucketName, Key: "it's here", ContentType: textType}})
		},
		want: calls([]string{"s3", "cp", "-", "s3://" + bucketName + "/it's here", "--content-type", textType, "--expected-size", fmt.Sprint(len(streamed))})},
	{name: "write an object to a stream", planner: "transfer.PlanPrint", prepare: having("", puts("it's here")), stdout: "printed",
		plan: func(ctx context.Context, r *awsops.Reader, _ []string, dir string) (*awsops.Plan, error) {
			return transfer.PlanPrint(ctx, r, transfer.PrintSpec{Bucket: bucketName, Key: "it's here", To: appended(file(dir, "printed")), Name: "standard output"})
		},
		want: calls([]string{"s3", "cp", "s3://" + bucketName + "/it's here", "-"})},
}

const streamed = "what comes down a pipe\n"

// appended is a file that comes into being with what is written to it.
type appended string

func (name appended) Write(p []byte) (int, error) {
	f, err := os.OpenFile(string(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := f.Write(p)
	return n, errors.Join(err, f.Close())
}

// reads compares the files that a plan makes with those that its command lines make.
func (c client) reads(t *testing.T, p *awsops.Plan) {
	t.Helper()
	before := contents(t, c.tw.dir)
	c.tw.a.done(t, p, nil)
	want := contents(t, c.tw.dir)
	if maps.Equal(before, want) {
		t.Fatal("the plan made no file")
	}
	for name := range want {
		if _, was := before[name]; !was {
			if err := os.Remove(filepath.Join(c.tw.dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, text := range p.Commands() {
		c.play(t, strings.ReplaceAll(text, c.tw.endA, c.tw.endB))
	}
	if got := contents(t, c.tw.dir); !maps.Equal(got, want) {
		t.Errorf("the files differ: %q by the plan, %q by its command lines", want, got)
	}
}

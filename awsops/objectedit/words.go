package objectedit

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/sse"
	"cooper/awsops/versioning"
)

// headChanges are the fields that differ.
func headChanges(before, after objects.Head) []awsops.Change {
	var out []awsops.Change
	add := func(field, a, b string) {
		if a != b {
			out = append(out, awsops.Change{Field: field, Before: a, After: b})
		}
	}
	add("storage class", before.StorageClass, after.StorageClass)
	for _, name := range Headers() {
		add(string(name), *name.Of(&before), *name.Of(&after))
	}
	for _, p := range before.Metadata {
		add("metadata "+p.Name, p.Value, valueOf(after.Metadata, p.Name))
	}
	for _, p := range after.Metadata {
		if !named(before.Metadata, p.Name) {
			add("metadata "+p.Name, "", p.Value)
		}
	}
	return out
}

func valueOf(pairs []objects.Pair, name string) string {
	for _, p := range pairs {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// oneLine draws the changes of one of many objects together.
func oneLine(key string, changes []awsops.Change) []awsops.Change {
	if len(changes) == 0 {
		return []awsops.Change{{Field: key, Before: "as it shall be", After: "left alone"}}
	}
	var before, after []string
	for _, c := range changes {
		before, after = append(before, c.Field+" "+orNone(c.Before)), append(after, c.Field+" "+orNone(c.After))
	}
	return []awsops.Change{{Field: key, Before: strings.Join(before, ", "), After: strings.Join(after, ", ")}}
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// warn says what a copy onto itself brings along.
func (ed *editor) warn(ctx context.Context, r *awsops.Reader, p *awsops.Plan, t objectset.Tally, heads []objects.Head) {
	note(p, awsops.Note, "S3 changes these only by a copy of the object onto itself: data, metadata, headers, tags, redirect, class and encryption are carried over, "+
		"the date is new, so lifecycle ages begin again, and replication and events see a new object.")
	ed.versions(ctx, r, p)
	if ed.lock {
		note(p, awsops.Risk, "The bucket has Object Lock: retention that still runs and legal holds are set on the copies, too. Compliance mode can't be taken back.")
	}
	classWarnings(p, ed.spec.Change.Class, heads)
	if t.Largest > copies.Most {
		note(p, awsops.Risk, "Objects above 5 GiB are copied by parts: their ETag changes, and annotations are not carried over.")
	}
	single, one := ed.spec.Set.Single()
	if one && strings.Contains(heads[0].ETag, "-") && t.Largest <= copies.Most {
		note(p, awsops.Note, "It was uploaded in parts; the copy is one part, so its ETag differs.")
	}
	for _, h := range heads {
		if h.Encryption.KeyID != "" {
			note(p, awsops.Note, "Objects under AWS KMS keep their key. An encryption context, if they had one, is not carried over, and the calls count as KMS requests.")
			break
		}
	}
	if value, ok := ed.spec.Change.Headers[ContentType]; ok && value == "" {
		note(p, awsops.Risk, "Without a content type S3 says binary/octet-stream, and browsers download instead of showing.")
	}
	if !one {
		note(p, awsops.Note, "ACLs become private. Objects that can't be copied, archived ones and those under keys that aren't held, are listed as failures; "+
			"those that are as they shall be are left alone.")
		return
	}
	aclWarning(ctx, r, p, ed.spec.Set.Bucket, single.Key)
}

// versions says what becomes of the present objects.
func (ed *editor) versions(ctx context.Context, r *awsops.Reader, p *awsops.Plan) {
	p.Undo = "Edit them again: the present values are above."
	source := versioning.Reading(ctx, r, ed.spec.Set.Bucket)
	v, known := source.Get()
	switch {
	case known && v.On():
		note(p, awsops.Note, "Versioning is on: each object gets a new version, and the present one stays as a noncurrent version and stays billed.")
		p.Undo = "The present versions stay: restore them by copy, or edit again."
	case known:
		note(p, awsops.Note, "Versioning isn't on: each object is overwritten by its copy.")
	case !known:
		note(p, awsops.Note, "Whether versioning is on can't be read; if it isn't, the present objects are overwritten by their copies.")
	}
}

// minimums are the days that a class is billed for at least ("Amazon S3 storage classes").
var minimums = map[string]int{"STANDARD_IA": 30, "ONEZONE_IA": 30, "GLACIER_IR": 90, "GLACIER": 90, "DEEP_ARCHIVE": 180}

func classWarnings(p *awsops.Plan, class string, heads []objects.Head) {
	if days := minimums[class]; days > 0 {
		note(p, awsops.Note, "%s is billed for %d days at least.", class, days)
	}
	switch class {
	case "GLACIER", "DEEP_ARCHIVE":
		note(p, awsops.Risk, "In %s objects can't be read until they are restored, which takes hours.", class)
	case "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR":
		note(p, awsops.Note, "In %s reading costs a fee, and objects below 128 KB are billed as 128 KB.", class)
	}
	if class == "ONEZONE_IA" {
		note(p, awsops.Risk, "ONEZONE_IA keeps the data in one Availability Zone: it is gone when that is.")
	}
	said := map[string]bool{}
	for _, h := range heads {
		if days := minimums[h.StorageClass]; days > 0 && !said[h.StorageClass] {
			said[h.StorageClass] = true
			note(p, awsops.Note, "What is overwritten in %s before it is %d days old is billed as if it had stayed so long.", h.StorageClass, days)
		}
	}
}

// aclWarning says whether an ACL would be lost: a copy and a PUT make it private.
func aclWarning(ctx context.Context, r *awsops.Reader, p *awsops.Plan, bucket, key string) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return
	}
	out, err := api.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: &bucket, Key: &key})
	if err != nil {
		note(p, awsops.Note, "Its ACL can't be read; if it grants something to others, that is lost: the ACL becomes private.")
		return
	}
	lost := 0
	for _, g := range out.Grants {
		if g.Grantee == nil || out.Owner == nil || aws.ToString(g.Grantee.ID) != aws.ToString(out.Owner.ID) {
			lost++
		}
	}
	if lost > 0 {
		note(p, awsops.Risk, "Its ACL has %d grants to others, which are lost: the ACL becomes private.", lost)
	}
}

// lineEntries is how many objects a command line names at most.
const lineEntries = 400

// lines are the command lines. The AWS CLI escapes the source itself.
func (ed *editor) lines(to awsops.Target, t objectset.Tally, heads []objects.Head) string {
	entries, total := ed.spec.Set.Entries, int64(len(ed.spec.Set.Entries))
	if ed.spec.Set.Under {
		entries, total = t.First, t.N
	}
	var out []string
	for i, e := range entries {
		if i >= len(heads) || i >= lineEntries { // what an object keeps must be known to write its line
			out = append(out, fmt.Sprintf("# and so on for %d more", total-int64(i)))
			return strings.Join(out, "\n")
		}
		out = append(out, ed.line(to, e.Key, heads[i]))
	}
	if more := total - int64(len(entries)); more > 0 {
		out = append(out, fmt.Sprintf("# and so on for %d more", more))
	}
	return strings.Join(out, "\n")
}

func (ed *editor) line(to awsops.Target, key string, head objects.Head) string {
	want := ed.spec.Change.Head(head)
	bucket := ed.spec.Set.Bucket
	if head.Size > copies.Most {
		line := awsops.Command(to, "s3", "cp").Arg("s3://"+bucket+"/"+key, "s3://"+bucket+"/"+key).Flag("--storage-class", want.StorageClass)
		return headerFlags(line, want, head).String()
	}
	line := awsops.Command(to, "s3api", "copy-object").Flag("--bucket", bucket).Flag("--key", key).Flag("--copy-source", bucket+"/"+key).
		Flag("--copy-source-if-match", head.ETag).Flag("--storage-class", want.StorageClass).FlagIf("--website-redirect-location", want.Redirect)
	encryptionFlags(line, head, ed.keyFile)
	if print := head.Encryption.CustomerKey; print != "" {
		line.Flag("--copy-source-sse-customer-algorithm", "AES256").Flag("--copy-source-sse-customer-key", sse.KeyArgument(ed.keyFile(print)))
	}
	headerFlags(line, want, head)
	if tags := ed.spec.Change.Tags; !tags.None() && tags.Only {
		line.Flag("--tagging-directive", "REPLACE").Flag("--tagging", copies.Tagging(tags.Set))
	}
	return line.String()
}

// encryptionFlags ask for the encryption that an object has.
func encryptionFlags(line *awsops.CommandLine, head objects.Head, keyFile func(string) string) *awsops.CommandLine {
	c := copies.Encryption(head)
	for _, o := range c.APIOptions(keyFile(c.Fingerprint)) {
		if o.Value == "" {
			line.Switch(o.Name)
			continue
		}
		line.Flag(o.Name, o.Value)
	}
	return line
}

// headerFlags sends all headers again where one of them changes.
func headerFlags(line *awsops.CommandLine, want, head objects.Head) *awsops.CommandLine {
	if copies.SameHeaders(head, want) {
		return line
	}
	line.Flag("--metadata-directive", "REPLACE").FlagIf("--content-type", want.ContentType).FlagIf("--content-encoding", want.ContentEncoding).
		FlagIf("--content-disposition", want.ContentDisposition).FlagIf("--content-language", want.ContentLanguage).
		FlagIf("--cache-control", want.CacheControl).FlagIf("--expires", want.Expires)
	if len(want.Metadata) > 0 {
		line.Flag("--metadata", jsonMap(want.Metadata))
	}
	return line
}

package presign

import (
	"context"
	"net/http"
	"time"

	"cooper/awsops"
)

// Result is what trying a URL showed.
type Result struct {
	Sent    string // what was sent, in words
	Trial   awsops.Trial
	Works   bool   // the URL itself did what it is for
	Verdict string // a sentence that says what that proves, and what not
}

// Try sends what a URL of GET or HEAD is for, without credentials as its user would: of a GET the first byte. What
// changes something isn't sent: a HEAD of the same address is signed alike with the same key, which proves the key,
// the clock and the address. Errors are *awsops.Error.
func Try(ctx context.Context, s *awsops.Session, m *Made) (Result, error) {
	spec := m.Spec
	if !spec.Method.Writes() {
		p, err := m.presigning(s)
		if err != nil {
			return Result{}, err
		}
		t, err := s.TrySigned(ctx, m.url, p)
		if err != nil {
			return Result{}, err
		}
		sent := string(spec.Method)
		if spec.Method == Get && spec.Key != "" {
			sent += " of the first byte"
		}
		return Result{Sent: sent, Trial: t, Works: t.Status < 300, Verdict: readVerdict(t)}, nil
	}
	p := awsops.Presigning{Bucket: spec.Bucket, Key: spec.Key, Method: http.MethodHead, Style: spec.Style, Life: time.Minute}
	head, err := s.SignURL(ctx, p)
	if err != nil {
		return Result{}, err
	}
	t, err := s.TrySigned(ctx, head.URL, p)
	if err != nil {
		return Result{}, err
	}
	return Result{Sent: "HEAD of the same address, signed with the same key", Trial: t, Verdict: writeVerdict(spec.Method, t)}, nil
}

func readVerdict(t awsops.Trial) string {
	switch {
	case t.Status < 300:
		return "It works now. Whether it works from elsewhere is for the policy's conditions on addresses to say."
	case t.Status == http.StatusRequestedRangeNotSatisfiable:
		return "It works now: the object is empty, so there is no first byte."
	case t.Status < 400:
		return "The server sends elsewhere, and a signature can't follow: the bucket is at another endpoint."
	case t.Status == http.StatusNotFound:
		return "The signature is good, but there is nothing at that key."
	case t.Code == "SignatureDoesNotMatch":
		return "The server refuses the signature."
	case t.Code == "InvalidAccessKeyId" || t.Code == "ExpiredToken" || t.Code == "InvalidToken":
		return "The server doesn't take the key that signed it."
	case t.Status == http.StatusForbidden:
		return "It is refused: it has ended, or the signer may not do this, or a policy denies it."
	case t.Status >= 500:
		return "The server failed, which says nothing about the URL."
	}
	return "The server refuses the request."
}

func writeVerdict(m Method, t awsops.Trial) string {
	not := " Nothing was changed, so whether the " + string(m) + " itself is allowed isn't proven."
	switch {
	case t.Status < 300, t.Status == http.StatusNotFound:
		return "The server takes the signer's key, the clock and the address." + not
	case t.Status == http.StatusForbidden:
		return "The HEAD is refused: the server doesn't take the key, or the signer may not read there, which uploading doesn't need." + not
	case t.Status < 400:
		return "The server sends elsewhere, and a signature can't follow: the bucket is at another endpoint."
	}
	return "The server's answer proves nothing." + not
}

// Revocation says how a URL is ended before its time. Nothing ends one alone.
func (m *Made) Revocation() []string {
	key := "the access key that ends in " + m.Key.Tail
	if m.Key.Tail == "" {
		key = "the signer's access key"
	}
	out := []string{"A presigned URL can't be taken back by itself: it is good for as long as its signer may do what it says."}
	if m.Key.Temporary {
		out = append(out, "It was signed in a session ("+key+"): revoking the role's sessions (a Deny on aws:TokenIssueTime, as the IAM console's \"Revoke active sessions\" makes it) ends it, with everything else of these sessions.")
	} else if m.Target.Root {
		out = append(out, "Deactivating "+key+" ends it, and everything else that is signed with that key: root does that in the console, under its security credentials.")
	} else {
		out = append(out, "Deactivating "+key+" ends it, and everything else that is signed with that key: aws iam update-access-key --status Inactive.")
	}
	if m.Target.Root {
		out = append(out, "Root's own permissions can't be taken away; the bucket's policy binds root, too.")
	} else {
		out = append(out, "Taking the permission from "+orUnknown(m.Signer)+" ends it, and others that need the permission.")
	}
	out = append(out, "A Deny in the bucket's policy with NumericGreaterThan s3:signatureAge (milliseconds) ends every URL of the bucket that is older; with s3:authType REST-QUERY-STRING"+
		" (POST for forms) it ends all presigned ones.")
	if !m.Spec.Method.Writes() && m.Spec.Key != "" {
		out = append(out, "Deleting the object, or moving it to another key, leaves the URL with nothing to give; with a version pinned, that version must go.")
	}
	return append(out, "A download that has begun goes on to its end.")
}

func orUnknown(s string) string {
	if s == "" {
		return "the signer"
	}
	return s
}

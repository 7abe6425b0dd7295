package buckets

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"cooper/awsops"
)

// KindAccountBlock is the kind of the plans of PlanAccountBlock: their jobs concern every bucket and name none.
const KindAccountBlock = "account.block"

// controlBlock is where S3 Control keeps the account's public access block.
const controlBlock = "configuration/publicAccessBlock"

// controlNamespace is that of S3 Control's documents.
const controlNamespace = "http://awss3control.amazonaws.com/doc/2018-08-20/"

// AccountBlockSpec is what the public access block of a whole account is to be.
type AccountBlockSpec struct {
	Account string `json:"account"` // twelve digits: a job that goes on under another account is refused
	Block   Block  `json:"block"`
	Remove  bool   `json:"remove,omitempty"` // take the configuration away, which turns all four off
}

// PlanAccountBlock plans the public access block of the caller's account (S3 Control PutPublicAccessBlock and
// DeletePublicAccessBlock, permission s3:PutAccountPublicAccessBlock). It is in force for every bucket of every region,
// so the account's id must be typed, and the plan names the buckets that it opens or closes to the public. A compatible
// endpoint has no such thing: KindUnsupported.
func PlanAccountBlock(ctx context.Context, r *awsops.Reader, spec AccountBlockSpec) (*awsops.Plan, error) {
	now := ReadAccountBlock(ctx, r)
	if err := checkAccountBlock(ctx, r, spec, now); err != nil {
		return nil, err
	}
	if spec.Remove {
		spec.Block = Block{}
	}
	p := newPlan(ctx, r, KindAccountBlock, accountBlockTitle(spec), "", spec)
	if _, err := basis(ctx, r, p, "the account's public access block", accountBlockText); err != nil {
		return nil, err
	}
	blockChanges(p, now.Value, spec.Block)
	if was, is := presence(now.State == awsops.Known), presence(!spec.Remove); was != is {
		p.Changes = append(p.Changes, awsops.Change{Field: "configuration", Before: was, After: is})
	}
	confirmByName(p, spec.Account)
	warn(p, awsops.Risk, "This concerns every bucket of account "+spec.Account+", in every region, and those that are created later.")
	warnExposure(ctx, r, p, now.Value, spec.Block)
	p.Undo = "Set the account's four settings back as they are listed before the arrow."
	if now.State == awsops.Absent {
		p.Undo = "Remove the account's configuration again."
	}
	p.Steps = []awsops.Step{accountBlockStep(p.Target, spec)}
	if spec.Remove {
		requests(p, classDelete, 1)
		expect(p, "the account's public access block", accountBlockNone, accountBlockText)
	} else {
		requests(p, classPut, 1)
		expect(p, "the account's public access block", spec.Block.String(), accountBlockText)
	}
	return p, nil
}

// checkAccountBlock refuses what can't be planned: on a state that can't be read, in another account, without a change.
func checkAccountBlock(ctx context.Context, r *awsops.Reader, spec AccountBlockSpec, now awsops.Reading[Block]) error {
	const op = "PutAccountPublicAccessBlock"
	if err := gate(now); err != nil {
		return err
	}
	id, ok := r.Session().Identity(ctx).Get()
	switch {
	case !ok || id.Account != spec.Account:
		return awsops.Invalid(op, "the plan is for account "+spec.Account+", and you are signed in to another one", "Sign in to that account.")
	case spec.Remove && now.State == awsops.Absent, !spec.Remove && now.State == awsops.Known && now.Value == spec.Block:
		return awsops.Unchanged(op)
	}
	return nil
}

func accountBlockTitle(spec AccountBlockSpec) string {
	if spec.Remove {
		return "Remove the public access block of the whole account " + spec.Account
	}
	return "Set the public access block of the whole account " + spec.Account
}

func presence(there bool) string {
	if there {
		return "there"
	}
	return "(not set)"
}

// accountBlockNone stands for an account without a configuration in fingerprints and read-backs.
const accountBlockNone = "not set"

func accountBlockText(ctx context.Context, r *awsops.Reader) (string, error) {
	now := ReadAccountBlock(ctx, r)
	switch now.State {
	case awsops.Known:
		return now.Value.String(), nil
	case awsops.Absent:
		return accountBlockNone, nil
	}
	return "", now.Err
}

func accountBlockStep(target awsops.Target, spec AccountBlockSpec) awsops.Step {
	if spec.Remove {
		return awsops.Step{Title: "remove the account's configuration",
			Command: awsops.Command(target, "s3control", "delete-public-access-block").Flag("--account-id", spec.Account).String(),
			Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
				id, err := w.Control(ctx, "DeleteAccountPublicAccessBlock", http.MethodDelete, controlBlock, nil)
				return awsops.Receipt{RequestID: id, Done: 1}, err
			}}
	}
	return awsops.Step{Title: "set all four settings of the account",
		Command: awsops.Command(target, "s3control", "put-public-access-block").Flag("--account-id", spec.Account).
			Flag("--public-access-block-configuration", spec.Block.flags()).String(),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			body, err := xml.Marshal(blockDocument{Namespace: controlNamespace, Block: spec.Block})
			if err != nil {
				return awsops.Receipt{}, err
			}
			id, err := w.Control(ctx, "PutAccountPublicAccessBlock", http.MethodPut, controlBlock, body)
			return awsops.Receipt{RequestID: id, Done: 1}, err
		}}
}

// surveyed is how many buckets are asked what an account's block means for them.
const surveyed = 100

// warnExposure names the buckets that the public gets into, or is kept out of, by another account block. It reads what
// decides that for the account's first buckets; what can't be read is said.
func warnExposure(ctx context.Context, r *awsops.Reader, p *awsops.Plan, before, after Block) {
	var names []string
	total := 0
	for page, err := range List(ctx, r) {
		if err != nil {
			warn(p, awsops.Risk, "The account's buckets can't be listed, so which of them this opens or closes is not known: "+err.Error())
			return
		}
		total += len(page)
		for _, b := range page {
			if len(names) < surveyed {
				names = append(names, b.Name)
			}
		}
	}
	board := NewBoard(ctx, r)
	defer board.Close()
	board.Want(names, []Fact{FactPolicyPublic, FactBlock, FactOwnership, FactACL})
	if board.Wait(ctx) != nil {
		return
	}
	p.Effects.Lines = append(p.Effects.Lines, fmt.Sprintf("The account has %s; %d of them were looked at.", number(total, "bucket", "buckets"), len(names)))
	var opens, closes, unsure []string
	for _, n := range names {
		was, is := exposureUnder(board.Facts(n), before), exposureUnder(board.Facts(n), after)
		switch {
		case is == CantTell:
			unsure = append(unsure, n)
		case is > was:
			opens = append(opens, n)
		case is < was:
			closes = append(closes, n)
		}
	}
	say := func(level awsops.Level, list []string, text string) {
		if len(list) > 0 {
			warn(p, level, text+": "+few(list)+".")
		}
	}
	say(awsops.Risk, opens, "It opens to the public, by their policies or ACLs")
	say(awsops.Risk, closes, "The public loses, at once, what it has in")
	say(awsops.Note, unsure, "It can't be told what it means for")
	if len(opens)+len(closes)+len(unsure) == 0 {
		warn(p, awsops.Note, "None of the buckets that were looked at becomes more or less public now; the settings also hold for later policies and ACLs.")
	}
}

func exposureUnder(f Facts, account Block) Exposure {
	f.AccountBlock = awsops.Reading[Block]{State: awsops.Known, Value: account}
	return f.Public().Exposure
}

// few names up to six and counts the rest.
func few(names []string) string {
	const most = 6
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

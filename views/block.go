package views

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
)

// blockForm asks for the four settings of a public access block.
func blockForm(title, text string, now buckets.Block, then func(buckets.Block) tea.Cmd) tea.Cmd {
	field := func(id string, on bool, help string) ui.FormField {
		value := ""
		if on {
			value = "yes"
		}
		return ui.FormField{ID: id, Label: id, Kind: ui.CheckField, Value: value, Help: help}
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: title, Text: text, Submit: "show the plan",
		Fields: []ui.FormField{
			field("BlockPublicAcls", now.BlockPublicAcls, "Refuses new ACLs that grant access to the public."),
			field("IgnorePublicAcls", now.IgnorePublicAcls, "ACLs that grant access to the public don't count."),
			field("BlockPublicPolicy", now.BlockPublicPolicy, "Refuses new policies that are public."),
			field("RestrictPublicBuckets", now.RestrictPublicBuckets, "A public policy lets in only the account and AWS services."),
		},
		OK: func(x ui.Values) (tea.Cmd, string) {
			return then(buckets.Block{BlockPublicAcls: x.Yes("BlockPublicAcls"), IgnorePublicAcls: x.Yes("IgnorePublicAcls"),
				BlockPublicPolicy: x.Yes("BlockPublicPolicy"), RestrictPublicBuckets: x.Yes("RestrictPublicBuckets")}), ""
		}}))
}

// editBlock changes a bucket's own public access block.
func editBlock(env *Env, life *ui.Life, bucket string, now buckets.Block) tea.Cmd {
	return blockForm("Public access block of "+ui.Clean(bucket), "All four are sent together.", now, func(b buckets.Block) tea.Cmd {
		return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			return buckets.PlanBlock(ctx, r, buckets.BlockSpec{Bucket: bucket, Block: b})
		})
	})
}

// editAccountBlock changes the account's, which holds for all its buckets.
func editAccountBlock(env *Env, life *ui.Life, now buckets.Block) tea.Cmd {
	text := "It is in force for every bucket of the account, in every region. All four are sent together."
	return blockForm("Public access block of the whole account", text, now, func(b buckets.Block) tea.Cmd {
		return proposeAccountBlock(env, life, buckets.AccountBlockSpec{Block: b})
	})
}

func removeAccountBlock(env *Env, life *ui.Life) tea.Cmd {
	return proposeAccountBlock(env, life, buckets.AccountBlockSpec{Remove: true})
}

// proposeAccountBlock plans for the account that is signed in.
func proposeAccountBlock(env *Env, life *ui.Life, spec buckets.AccountBlockSpec) tea.Cmd {
	return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		identity := r.Session().Identity(ctx)
		id, ok := identity.Get()
		if !ok {
			return nil, identity.Err
		}
		spec.Account = id.Account
		return buckets.PlanAccountBlock(ctx, r, spec)
	})
}

func whyNotRemoveAccountBlock(r awsops.Reading[buckets.Block]) string {
	if r.State == awsops.Absent {
		return "the account has no public access block"
	}
	return offered(r)
}

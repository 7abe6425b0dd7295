package views

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
)

// The choices of the form for a new bucket. They begin with what S3 calls them.
const (
	globalChoice  = "global: one name for all accounts"
	accountChoice = "account-regional: only this account can have it"
)

// openCreate opens the form for a new bucket, with values typed before or nil. Names are checked as
// they are typed; when the plan is refused the form comes back as it was.
func openCreate(env *Env, life *ui.Life, typed ui.Values) tea.Cmd {
	id, _ := env.Session.Identity(cancelledContext).Get()
	f := createForm{env: env, life: life, account: id.Account}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Create a bucket", Submit: "show the plan", Fields: f.fields(typed), OK: f.ok}))
}

// cancelledContext asks only for what is known already.
var cancelledContext = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

type createForm struct {
	env     *Env
	life    *ui.Life
	account string // "" while it isn't known
}

func (f createForm) fields(typed ui.Values) []ui.FormField {
	value := func(id, otherwise string) string {
		if v, ok := typed[id]; ok {
			return v
		}
		return otherwise
	}
	region := f.env.Session.Region()
	spaces := []string{globalChoice, accountChoice}
	space := accountChoice
	if _, err := buckets.AccountSuffix(f.account, region); err != nil || f.env.Session.Dialect() == awsops.DialectCompatible {
		spaces, space = spaces[:1], globalChoice
	}
	regional := func(v ui.Values) bool { return v["namespace"] == accountChoice }
	return []ui.FormField{
		{ID: "namespace", Label: "namespace", Kind: ui.ChoiceField, Options: spaces, Value: value("namespace", space),
			Help: "A global name can be taken by anyone once its bucket is deleted; an account-regional one can't."},
		{ID: "name", Label: "name", Value: value("name", ""), Hidden: regional, Check: func(s string) string {
			return firstProblem(buckets.CheckName(s, buckets.NamespaceGlobal, "", ""))
		}, Help: "3 to 63 characters: a-z, 0-9, hyphens. Everybody sees it."},
		{ID: "prefix", Label: "name", Value: value("prefix", ""), Hidden: func(v ui.Values) bool { return !regional(v) }, Check: func(s string) string {
			return f.checkPrefix(s, region)
		}, Help: "The suffix with account and region is added: -" + f.account + "-" + region + "-an"},
		{ID: "region", Label: "region", Value: value("region", region), Help: "Where the data is kept. It can't be changed later.", Check: func(s string) string {
			if strings.TrimSpace(s) == "" {
				return "a region is needed"
			}
			return ""
		}},
		{ID: "lock", Label: "Object Lock", Kind: ui.CheckField, Value: value("lock", ""),
			Help: "Can't be turned off again. Versioning is then on for good, and MFA delete is ruled out."},
		{ID: "versioning", Label: "versioning", Kind: ui.CheckField, Value: value("versioning", "yes"),
			Hidden: func(v ui.Values) bool { return v.Yes("lock") }, Help: "Deleting and overwriting keep the old version, which is billed until it is deleted too."},
		{ID: "ownership", Label: "ownership", Kind: ui.ChoiceField, Options: []string{buckets.OwnerEnforced, buckets.OwnerPreferred, buckets.ObjectWriter},
			Value: value("ownership", buckets.OwnerEnforced), Help: "With BucketOwnerEnforced ACLs are off, and policies alone decide."},
	}
}

func (f createForm) checkPrefix(prefix, region string) string {
	if prefix == "" {
		return "type the part before the suffix"
	}
	name, err := buckets.AccountName(prefix, f.account, region)
	if err != nil {
		return err.Error()
	}
	return firstProblem(buckets.CheckName(name, buckets.NamespaceAccount, f.account, region))
}

func firstProblem(problems []buckets.Problem) string {
	i := slices.IndexFunc(problems, func(p buckets.Problem) bool { return !p.Advice })
	if i < 0 {
		return ""
	}
	return problems[i].Text
}

// spec makes what is planned of the form's values.
func (f createForm) spec(v ui.Values) (buckets.CreateSpec, error) {
	spec := buckets.CreateSpec{Name: v["name"], Region: strings.TrimSpace(v["region"]), Namespace: buckets.NamespaceGlobal,
		Lock: v.Yes("lock"), Versioning: v.Yes("versioning"), Ownership: v["ownership"]}
	if spec.Ownership == buckets.OwnerEnforced {
		spec.Ownership = "" // the default of AWS; other servers may not know the header
	}
	if v["namespace"] != accountChoice {
		return spec, nil
	}
	name, err := buckets.AccountName(v["prefix"], f.account, spec.Region)
	spec.Name, spec.Namespace = name, buckets.NamespaceAccount
	return spec, err
}

func (f createForm) ok(v ui.Values) (tea.Cmd, string) {
	spec, err := f.spec(v)
	if err != nil {
		return nil, err.Error()
	}
	return ui.Do(f.life, "plan", func(ctx context.Context) (*awsops.Plan, error) {
		return buckets.PlanCreate(ctx, f.env.Session.Reader(), spec)
	}, func(p *awsops.Plan, err error) tea.Cmd {
		if err != nil {
			return tea.Batch(ui.Fail(err, nil), openCreate(f.env, f.life, v))
		}
		return ui.Raise(NewPlan(f.env, p))
	}), ""
}

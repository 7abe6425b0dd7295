// Package presign is the dialog that makes presigned URLs and upload forms, and the screen of those made in this run.
// The URLs are in memory only, and on the screen only where a person asks for them.
package presign

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	sign "cooper/awsops/presign"
	"cooper/ui"
	"cooper/views"
)

// Shelf keeps what was made in this run. It is used on the program's loop only.
type Shelf struct {
	made    []item // the newest first
	version uint64 // counts the changes
}

// item is a URL with the session that made it, which tries it.
type item struct {
	*sign.Made
	env *views.Env
}

func (s *Shelf) add(env *views.Env, m *sign.Made) {
	s.made = slices.Insert(s.made, 0, item{m, env})
	s.version++
}

// Ask opens the form for a place: an object, one version of it, a prefix or a bucket. life is that of the screen below.
func (s *Shelf) Ask(env *views.Env, life *ui.Life, place ui.Place) tea.Cmd {
	return ui.Push(s.form(env, life, place, nil))
}

// Why says why nothing can be signed, "" when it can.
func (s *Shelf) Why(env *views.Env) string {
	if env.Session.Anonymous() {
		return "there are no credentials, and without keys nothing can be signed"
	}
	return ""
}

func (s *Shelf) form(env *views.Env, life *ui.Life, place ui.Place, was ui.Values) ui.Dialog {
	f := form{env: env, place: place, was: was}
	return ui.NewForm(ui.FormOptions{Title: "Presigned URL for " + target(place), Fields: f.fields(), Submit: "make it", OK: func(v ui.Values) (tea.Cmd, string) {
		spec, wrong := f.spec(v, env.Session.ServerNow())
		if wrong != "" {
			return nil, wrong
		}
		if spec.Method.Writes() && env.Session.ReadOnly() {
			return nil, "this session is read-only, and whoever holds such a URL could change something"
		}
		sure := func() tea.Cmd { return s.make(env, life, place, v, spec) }
		if spec.Method == sign.Delete && spec.Version != "" {
			return ui.Push(ui.NewConfirm(ui.ConfirmOptions{Title: "A URL that deletes a version for good?", Danger: true, Yes: "make it", OK: sure,
				Text: "Whoever has the URL can delete this version until it ends. A version that is deleted does not come back."})), ""
		}
		return sure(), ""
	}})
}

func target(p ui.Place) string {
	switch {
	case p.Key != "":
		return ui.Clean(p.Bucket + "/" + p.Key)
	case p.Prefix != "":
		return ui.Clean(p.Bucket + "/" + p.Prefix)
	}
	return ui.Clean(p.Bucket)
}

// outcome is a URL that was made, with what will be said to it.
type outcome struct {
	made     *sign.Made
	forecast sign.Forecast
}

// make reads what decides over the URL, signs it and shows it. When that fails the form comes back as it was.
func (s *Shelf) make(env *views.Env, life *ui.Life, place ui.Place, typed ui.Values, spec sign.Spec) tea.Cmd {
	// In this order: what is said before must not come after the answer.
	return ui.While("Signing…", ui.Do(life, "presign", func(ctx context.Context) (outcome, error) {
		around := sign.Survey(ctx, env.Session.Reader(), spec.Bucket)
		made, err := sign.Make(ctx, env.Session, spec, around)
		if err != nil {
			return outcome{}, err
		}
		f := around.Foretell(spec, made.At)
		f.Notes = append(f.Notes, sign.Look(ctx, env.Session.Reader(), spec)...)
		return outcome{made, f}, nil
	}, func(o outcome, err error) tea.Cmd {
		if err != nil {
			again := func() tea.Cmd { return ui.Push(s.form(env, life, place, typed)) }
			return tea.Batch(ui.Fail(err, again), ui.Raise(s.form(env, life, place, typed)))
		}
		s.add(env, o.made)
		return tea.Batch(ui.Status("", ui.Info), ui.Raise(newResult(env, life, o.made, &o.forecast)))
	}))
}

// show opens a URL that was made before: what the bucket says to it is asked anew.
func (s *Shelf) show(it item, life *ui.Life) tea.Cmd {
	d := newResult(it.env, life, it.Made, nil)
	return tea.Batch(ui.Push(d), ui.Do(life, "foretell", func(ctx context.Context) (sign.Forecast, error) {
		r := it.env.Session.Reader()
		f := sign.Survey(ctx, r, it.Spec.Bucket).Foretell(it.Spec, it.env.Session.ServerNow())
		f.Notes = append(f.Notes, sign.Look(ctx, r, it.Spec)...)
		return f, nil
	}, func(f sign.Forecast, _ error) tea.Cmd {
		d.forecast = &f
		return nil
	}))
}

var _ views.Presigner = (*Shelf)(nil)

package edit

import (
	"bytes"
	"context"
	"os"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/objectedit"
	"cooper/ui"
	"cooper/views"
)

// draft is an object's text in a file for an editor.
type draft struct {
	objectedit.Text
	path string
}

// editText gives the current object to the person's editor. Where a text was written before and not stored, it asks
// whether to go on with that.
func editText(env *views.Env, life *ui.Life, bucket, key string) tea.Cmd {
	kept := env.Draft(bucket, key)
	if _, err := os.Stat(kept); kept == "" || err != nil { // it was stored
		env.KeepDraft(bucket, key, "")
		return openText(env, life, bucket, key, "")
	}
	return choose("A text that was written and not stored", []item{
		{ui.Choice{Title: "go on with it", Detail: kept}, func() tea.Cmd { return openText(env, life, bucket, key, kept) }},
		{ui.Choice{Title: "begin with the object", Detail: "what was written is deleted"}, func() tea.Cmd {
			objectedit.ForgetDraft(kept)
			env.KeepDraft(bucket, key, "")
			return openText(env, life, bucket, key, "")
		}},
	})
}

// openText reads the object and opens the editor: on its text, or on what was written before.
func openText(env *views.Env, life *ui.Life, bucket, key, kept string) tea.Cmd {
	return ui.While("Reading the text…", ui.Do(life, "text", func(ctx context.Context) (draft, error) {
		text, err := objectedit.ReadText(ctx, env.Session.Reader(), bucket, key)
		if err != nil || kept != "" {
			return draft{text, kept}, err
		}
		path, err := objectedit.NewDraft(key, text.Body)
		return draft{text, path}, err
	}, func(d draft, err error) tea.Cmd {
		if err != nil {
			return views.FailKey(env, life, err, func() tea.Cmd { return openText(env, life, bucket, key, kept) })
		}
		spec := objectedit.TextSpec{Bucket: bucket, Key: key, ETag: d.Head.ETag, File: d.path}
		return tea.Batch(ui.Status("", ui.Info), tea.ExecProcess(views.EditorCommand(env.Environ, d.path), func(err error) tea.Msg {
			return edited(env, life, d, spec, err)()
		}))
	}))
}

// edited looks what the editor left. What was written is kept until it is stored, whatever comes between.
func edited(env *views.Env, life *ui.Life, d draft, spec objectedit.TextSpec, failed error) tea.Cmd {
	return ui.Do(life, "text", func(context.Context) ([]byte, error) { return os.ReadFile(d.path) }, func(now []byte, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, nil)
		}
		if bytes.Equal(now, d.Body) {
			objectedit.ForgetDraft(d.path)
			env.KeepDraft(spec.Bucket, spec.Key, "")
			if failed != nil {
				return ui.Fail(failed, nil)
			}
			return ui.Status("Nothing was changed.", ui.Info)
		}
		env.KeepDraft(spec.Bucket, spec.Key, d.path)
		if failed != nil {
			return ui.Status("The editor ended with an error ("+ui.Clean(failed.Error())+"). What you wrote is kept in "+ui.Clean(d.path)+".", ui.Warn)
		}
		return propose(env, life, objectedit.PlanText, spec)
	})
}

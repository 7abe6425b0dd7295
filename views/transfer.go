package views

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/ui"
)

// openUpload asks which local file or folder goes under which key and plans the upload. life is that of the
// screen that asks.
func openUpload(env *Env, life *ui.Life, bucket, prefix string) tea.Cmd {
	return ui.Push(newPathDialog(env, life, pathOptions{
		title: "Upload to " + ui.Clean(bucket), text: "A file, or a folder with all that is in it. It goes to " + ui.Clean("s3://"+bucket+"/"+prefix) + "…",
		label: "path", ok: func(path string) tea.Cmd { return askUpload(env, life, bucket, prefix, path) },
		panes: func() tea.Cmd { return ui.Open(ui.Place{Screen: "transfer", Bucket: bucket, Prefix: prefix}) },
	}))
}

// askUpload looks what the path is, off the loop, and asks how it is to be stored.
func askUpload(env *Env, life *ui.Life, bucket, prefix, path string) tea.Cmd {
	return ui.Do(life, "plan", func(context.Context) (os.FileInfo, error) { return os.Stat(path) }, func(info os.FileInfo, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, nil)
		}
		root := transfer.Root{Path: path, Key: prefix + filepath.Base(path)}
		if info.IsDir() {
			root.Key += "/"
			return openPutForm(env, life, bucket, []transfer.Root{root}, nil)
		}
		return askKey(env, life, bucket, root, nil)
	})
}

// askKey asks for the key of one file, and for what the object gets besides. typed is what was typed before, nil at
// first.
func askKey(env *Env, life *ui.Life, bucket string, root transfer.Root, typed ui.Values) tea.Cmd {
	fields := append([]ui.FormField{{ID: "key", Label: "key", Value: root.Key, Check: checkKey}}, attributeFields(env)...)
	fields = refill(fields, typed)
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Upload " + ui.Clean(filepath.Base(root.Path)), Submit: "show the plan", Fields: fields,
		OK: func(v ui.Values) (tea.Cmd, string) {
			with, why := attributesOf(v)
			if why != "" {
				return nil, why
			}
			again := func(v ui.Values) tea.Cmd { return askKey(env, life, bucket, root, v) }
			return withChoice(env, life, bucket, v, again, func(c sse.Choice) tea.Cmd {
				with.Encryption = c
				return proposeUpload(env, life, transfer.UploadSpec{File: root.Path, Bucket: bucket, Key: v["key"], ContentType: v["type"], With: with})
			}), ""
		}}))
}

func checkKey(s string) string {
	if len(s) == 0 || len(s) > 1024 {
		return "a key has 1 to 1,024 bytes"
	}
	return ""
}

// proposeUpload plans an upload. Where there is an object already it asks, and replaces that very
// object only.
func proposeUpload(env *Env, life *ui.Life, spec transfer.UploadSpec) tea.Cmd {
	return ui.Do(life, "plan", func(ctx context.Context) (*awsops.Plan, error) {
		return transfer.PlanUpload(ctx, env.Session.Reader(), spec)
	}, func(p *awsops.Plan, err error) tea.Cmd {
		if e, ok := errors.AsType[*awsops.Error](err); ok && e.Kind == awsops.KindConflict && spec.Replace == "" {
			return askReplace(env, life, spec)
		}
		if err != nil {
			return failKey(env, life, err, func() tea.Cmd { return proposeUpload(env, life, spec) })
		}
		return ui.Raise(NewPlan(env, p))
	})
}

func askReplace(env *Env, life *ui.Life, spec transfer.UploadSpec) tea.Cmd {
	return ui.Do(life, "plan", func(ctx context.Context) (objects.Head, error) {
		return objects.ReadHead(ctx, env.Session.Reader(), spec.Bucket, spec.Key, "")
	}, func(h objects.Head, err error) tea.Cmd {
		if err != nil {
			return failKey(env, life, err, func() tea.Cmd { return askReplace(env, life, spec) })
		}
		text := ui.Clean(spec.Key) + " is there already: " + ui.Bytes(h.Size) + ", " + ui.Time(h.Modified) + "."
		if h.VersionID == "" || h.VersionID == "null" {
			text += " Unless versioning is on, what it holds is gone for good."
		}
		return ui.Raise(ui.NewConfirm(ui.ConfirmOptions{Title: "Replace the object?", Text: text, Yes: "replace it", No: "leave it", Danger: true,
			OK: func() tea.Cmd {
				spec.Replace = h.ETag
				return proposeUpload(env, life, spec)
			}}))
	})
}

// openDownload asks where an object goes and copies it there. beside says that there is an object with the name of its
// instruction file.
func openDownload(env *Env, life *ui.Life, at ui.Place, beside bool) tea.Cmd {
	return ui.Push(newPathDialog(env, life, pathOptions{
		title: "Download " + ui.Clean(at.Key), text: "It is copied beside its place first and gets its name when every byte was verified.",
		label: "to", value: filepath.Join(env.Home, transfer.SafeName(at.Key)),
		ok: func(path string) tea.Cmd {
			return proposeDownload(env, life, transfer.DownloadSpec{Bucket: at.Bucket, Key: at.Key, Version: at.Version, File: path, Unsealing: transfer.Unsealing{Beside: beside}})
		},
	}))
}

func proposeDownload(env *Env, life *ui.Life, spec transfer.DownloadSpec) tea.Cmd {
	return ui.Do(life, "plan", func(ctx context.Context) (*transfer.Download, error) {
		return transfer.PlanDownload(ctx, env.Session.Reader(), spec)
	}, func(d *transfer.Download, err error) tea.Cmd {
		if e, ok := errors.AsType[*awsops.Error](err); ok && e.Kind == awsops.KindConflict && !spec.Replace {
			return ui.Raise(ui.NewConfirm(ui.ConfirmOptions{Title: "Replace the file?", Text: ui.Clean(spec.File) + " is there already.", Yes: "replace it",
				No: "leave it", Danger: true, OK: func() tea.Cmd {
					spec.Replace = true
					return proposeDownload(env, life, spec)
				}}))
		}
		if ask := askUnsealing(env, life, err, spec.Unsealing, func(how transfer.Unsealing) tea.Cmd {
			how.Beside = spec.Beside
			spec.Unsealing = how
			return proposeDownload(env, life, spec)
		}); ask != nil {
			return ask
		}
		if err != nil {
			return failKey(env, life, err, func() tea.Cmd { return proposeDownload(env, life, spec) })
		}
		job := d.Start(env.Context, env.Session)
		return tea.Batch(ui.Wake(), env.follow(job), ui.Status("Downloading "+ui.Bytes(d.Head.Size)+" to "+ui.Clean(spec.File), ui.Info))
	})
}

package edit

import (
	"maps"
	"testing"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
	"cooper/views/viewtest"
)

type (
	reply = viewtest.Reply
	stage = viewtest.Stage
)

const (
	object = "/films/a/player.json"
	text   = `{"autoplay":false}` + "\n"
)

// usual is an object with something of each kind.
func usual(changes map[string]reply) map[string]reply {
	all := map[string]reply{
		"HEAD " + object: {Body: text, Header: map[string]string{"ETag": `"e1"`, "Content-Type": "application/json", "Cache-Control": "max-age=300",
			"X-Amz-Meta-Owner": "video-team", "X-Amz-Meta-Origin": "import", "Content-Disposition": "attachment; \u202efdp", "X-Amz-Server-Side-Encryption": "AES256", "Last-Modified": "Sun, 01 Mar 2026 10:00:00 GMT"}},
		"GET " + object:                 {Body: text, Header: map[string]string{"ETag": `"e1"`}},
		"GET " + object + "?tagging":    {Body: `<Tagging><TagSet><Tag><Key>project</Key><Value>workshop</Value></Tag></TagSet></Tagging>`},
		"GET " + object + "?acl":        {Body: `<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList></AccessControlList></AccessControlPolicy>`},
		"GET /films?versioning":         {Body: `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`},
		"GET /films?object-lock":        {Status: 404, Body: "<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>"},
		"GET " + object + "?retention":  {Status: 404, Body: "<Error><Code>NoSuchObjectLockConfiguration</Code></Error>"},
		"GET " + object + "?legal-hold": {Status: 404, Body: "<Error><Code>NoSuchObjectLockConfiguration</Code></Error>"},
		"PUT " + object:                 {Body: `<CopyObjectResult><ETag>"e1"</ETag></CopyObjectResult>`, Header: map[string]string{"X-Amz-Server-Side-Encryption": "AES256"}},
		"PUT " + object + "?tagging":    {},
		"POST " + object + "?restore":   {Status: 202},
	}
	maps.Copy(all, changes)
	return all
}

func newStage(t *testing.T, replies map[string]reply, open func(*views.Env) ui.View, change ...func(*awsops.Options)) *stage {
	t.Helper()
	return viewtest.New(t, viewtest.NewWire("films", replies), func(env *views.Env) ui.View {
		env.Edit = Choose
		return open(env)
	}, change...)
}

func on(t *testing.T, w, h int, build func(t *testing.T) *stage, script func(s *stage, p *uitest.Program)) {
	t.Helper()
	viewtest.On(t, w, h, build, viewtest.Screens{
		"edit":    func(s *stage, p ui.Place) ui.View { return New(s.Env, p) },
		"preview": func(s *stage, _ ui.Place) ui.View { return s.View },
	}, script)
}

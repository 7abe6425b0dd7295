package profiles

import "fmt"

// Ambient says which credentials the environment itself offers, in the order in which the SDK takes them. Each is a
// Profile without a name: opening a session without naming a profile uses the first of them, else the profile of
// AWS_PROFILE or the default one, and container and instance last.
func Ambient(env func(string) string) []Profile {
	var out []Profile
	if id := env("AWS_ACCESS_KEY_ID"); id != "" && env("AWS_SECRET_ACCESS_KEY") != "" {
		p := Profile{Kind: Environment, Source: Environment}
		if len(id) >= 8 {
			p.KeyTail = id[len(id)-4:]
		}
		out = append(out, p)
	}
	if file := env("AWS_WEB_IDENTITY_TOKEN_FILE"); file != "" {
		out = append(out, Profile{Kind: WebIdentity, Source: WebIdentity, TokenFile: file, Account: accountOf(env("AWS_ROLE_ARN"))})
	}
	if env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != "" || env("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "" {
		out = append(out, Profile{Kind: Container, Source: Container})
	}
	region := env("AWS_REGION")
	if region == "" {
		region = env("AWS_DEFAULT_REGION")
	}
	for i := range out {
		out[i].Region = region
	}
	return out
}

// Notice says in one sentence what becomes of keys in the environment when a profile is chosen by name, which beats
// them, or by nobody or by AWS_PROFILE, which they beat. It is "" when there are no such keys.
func Notice(env func(string) string, named string) string {
	id := env("AWS_ACCESS_KEY_ID")
	switch {
	case id == "":
		return ""
	case env("AWS_SECRET_ACCESS_KEY") == "":
		return "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY, so it is ignored."
	case named != "":
		return fmt.Sprintf("AWS_ACCESS_KEY_ID is set and ignored: the profile %s was chosen by name.", named)
	case env("AWS_PROFILE") != "":
		return fmt.Sprintf("AWS_ACCESS_KEY_ID is set and used: it wins over AWS_PROFILE=%s.", env("AWS_PROFILE"))
	}
	return "AWS_ACCESS_KEY_ID is set and used in place of the default profile."
}

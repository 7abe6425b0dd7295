package config

import "path/filepath"

// Paths returns where the configuration file and the state folder are, by the XDG base directory specification:
// $XDG_CONFIG_HOME/cooper/config.toml and $XDG_STATE_HOME/cooper, with ~/.config and ~/.local/state when those are not set
// or relative. Both are "" when HOME is missing as well.
func Paths(env func(string) string) (file, state string) {
	if d := base(env, "XDG_CONFIG_HOME", ".config"); d != "" {
		file = filepath.Join(d, "cooper", "config.toml")
	}
	if d := base(env, "XDG_STATE_HOME", filepath.Join(".local", "state")); d != "" {
		state = filepath.Join(d, "cooper")
	}
	return file, state
}

func base(env func(string) string, name, below string) string {
	if d := env(name); filepath.IsAbs(d) {
		return d
	}
	if home := env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, below)
	}
	return ""
}

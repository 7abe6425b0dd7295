package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func role(i int) Remembered {
	return Remembered{Session: "corp", Account: fmt.Sprintf("%012d", i), Role: "admin"}
}

// remember remembers roles in this order.
func remember(t *testing.T, dir string, numbers ...int) {
	t.Helper()
	for _, i := range numbers {
		if err := Remember(dir, role(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func remembers(t *testing.T, dir string, want ...Remembered) {
	t.Helper()
	if got, err := Roles(dir); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
}

func TestRolesAreRememberedTheLastFirstAndForgotten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	remembers(t, dir)
	remember(t, dir, 1, 2, 3, 1)
	remembers(t, dir, role(1), role(3), role(2))
	if err := Forget(dir, role(3)); err != nil {
		t.Fatal(err)
	}
	remembers(t, dir, role(1), role(2))
	if info, err := os.Stat(filepath.Join(dir, rolesFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestNoMoreRolesAreRememberedThanAPersonLooksThrough(t *testing.T) {
	dir := t.TempDir()
	for i := range 30 {
		remember(t, dir, i)
	}
	if got, err := Roles(dir); err != nil || len(got) != mostRoles || got[0] != role(29) {
		t.Errorf("%v %v", got, err)
	}
}

func TestAListOfRolesThatCanNotBeReadIsLeftAlone(t *testing.T) {
	for name, text := range map[string]string{"damaged": "{", "newer": `{"schema":2,"roles":[]}`} {
		dir := t.TempDir()
		path := filepath.Join(dir, rolesFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Remember(dir, Remembered{Session: "corp"}); err == nil {
			t.Errorf("%s: it was replaced", name)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%s: it is %q, %v", name, got, err)
		}
	}
}

package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestRolesAreRememberedTheLastFirstAndForgotten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	role := func(i int) Remembered {
		return Remembered{Session: "corp", Account: fmt.Sprintf("%012d", i), Role: "admin"}
	}
	if got, err := Roles(dir); err != nil || len(got) != 0 {
		t.Fatalf("%v %v", got, err)
	}
	for _, i := range []int{1, 2, 3, 1} {
		if err := Remember(dir, role(i)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Roles(dir); err != nil || !slices.Equal(got, []Remembered{role(1), role(3), role(2)}) {
		t.Errorf("%v %v", got, err)
	}
	if err := Forget(dir, role(3)); err != nil {
		t.Fatal(err)
	}
	if got, err := Roles(dir); err != nil || !slices.Equal(got, []Remembered{role(1), role(2)}) {
		t.Errorf("%v %v", got, err)
	}
	for i := range 30 {
		if err := Remember(dir, role(100+i)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Roles(dir); err != nil || len(got) != mostRoles || got[0] != role(129) {
		t.Errorf("%v %v", got, err)
	}
	if info, err := os.Stat(filepath.Join(dir, rolesFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
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

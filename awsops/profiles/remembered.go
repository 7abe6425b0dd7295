package profiles

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Remembered is a role of IAM Identity Center that was signed in as without a profile. It holds names and numbers alone:
// the login's token is where the AWS CLI keeps it.
type Remembered struct {
	Session string `json:"session"` // of the config file
	Account string `json:"account"`
	Role    string `json:"role"`
}

const (
	rolesFile    = "roles.json"
	rolesSchema  = 1
	mostRoles    = 20
	mostRolesLen = 64 << 10 // bytes; a larger file is none of these
)

type rolesDoc struct {
	Schema int          `json:"schema"`
	Roles  []Remembered `json:"roles"`
}

// Roles gives the roles that are remembered in a state folder, the one used last first.
func Roles(dir string) ([]Remembered, error) {
	if dir == "" {
		return nil, nil
	}
	path := filepath.Join(dir, rolesFile)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > mostRolesLen:
		return nil, fmt.Errorf("%s is no list of roles: move it away", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc rolesDoc
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, err)
	}
	if doc.Schema > rolesSchema {
		return nil, fmt.Errorf("%s has format %d and this program knows formats up to %d: use the newer program, or move the file away", path, doc.Schema, rolesSchema)
	}
	return doc.Roles, nil
}

// Remember puts a role first among those that are remembered; beyond 20 the oldest are forgotten.
func Remember(dir string, r Remembered) error {
	return changeRoles(dir, func(all []Remembered) []Remembered {
		all = slices.DeleteFunc(all, func(have Remembered) bool { return have == r })
		return slices.Insert(all, 0, r)[:min(len(all)+1, mostRoles)]
	})
}

// Forget takes back Remember.
func Forget(dir string, r Remembered) error {
	return changeRoles(dir, func(all []Remembered) []Remembered {
		return slices.DeleteFunc(all, func(have Remembered) bool { return have == r })
	})
}

// changeRoles replaces the file in one piece, readable by its owner alone.
func changeRoles(dir string, change func([]Remembered) []Remembered) error {
	if dir == "" {
		return errors.New("no state folder is known")
	}
	roles, err := Roles(dir)
	if err != nil {
		return err
	}
	data, err := json.Marshal(rolesDoc{Schema: rolesSchema, Roles: change(roles)})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".roles-*") // made with 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(append(data, '\n'))
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(dir, rolesFile))
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

package views

import (
	"context"

	"cooper/awsops"
	"cooper/awsops/profiles"
)

// Profiles are the ways to sign in that this run knows, nil when there is but one.
type Profiles interface {
	// List reads what there is. It reads files, so it is called off the loop.
	List() ProfileList
	// Open opens a session that is not yet in force. It sends nothing.
	Open(ctx context.Context, name string) (*awsops.Session, error)
	// OpenRole opens a session with a role of IAM Identity Center that no profile names; without account and role, one
	// that signs nothing, to log in and to list them. It sends nothing.
	OpenRole(ctx context.Context, role profiles.SingleSignOn) (*awsops.Session, error)
	// Forget takes a role without a profile off the list.
	Forget(role profiles.SingleSignOn) error
	// Use puts a session in force: screens that are opened from now on get it.
	Use(s *awsops.Session)
}

// ProfileList is what there is to choose from.
type ProfileList struct {
	Entries  []ProfileEntry
	Troubles []profiles.Trouble // of no profile
	Notice   string             // a sentence about keys in the environment, "" for none
}

// ProfileEntry is one way to sign in and how S3 would be reached with it.
type ProfileEntry struct {
	profiles.Profile
	Label    string // how it is called where it has no name
	Region   string // with what cooper's own configuration says
	Endpoint string // its name or address, "" for AWS
	Dialect  string
	ReadOnly bool
	Present  bool // the session in force was opened with it
	Kept     bool // a role without a profile, remembered since it was signed in as
}

// title is the profile's name, or what stands for it.
func (e ProfileEntry) title() string {
	if e.Name != "" {
		return e.Name
	}
	return e.Label
}

// find gives the entry of a profile by name; "" is the one that is in force, else the default one.
func (l ProfileList) find(name string) (ProfileEntry, bool) {
	for _, e := range l.Entries {
		if e.Name == name && name != "" || name == "" && e.Present {
			return e, true
		}
	}
	for _, e := range l.Entries {
		if name == "" && e.Name == "default" {
			return e, true
		}
	}
	return ProfileEntry{}, false
}

// source is where the credentials begin: a role's are what it is assumed with.
func (e ProfileEntry) source() profiles.Kind {
	if e.Source != "" {
		return e.Source
	}
	return e.Kind
}

package tenant

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"longhaul/internal/simulator/org"
)

// Permissions are the user permissions of the run-as user. They change while calls are under way, and each row of a query
// reads them.
type Permissions struct {
	change   sync.Mutex
	lacking  atomic.Pointer[[]string]
	elevated atomic.Pointer[[]string] // those of org.Elevated that the user has
}

// NewPermissions gives the user the permissions of org.Permissions but some, and those of org.Elevated that are granted, all named without
// the prefix Permissions.
func NewPermissions(revoked, granted []string) (*Permissions, error) {
	p := &Permissions{}
	p.lacking.Store(&[]string{})
	p.elevated.Store(&[]string{})
	return p, p.Change(revoked, granted)
}

// Has reports whether the run-as user has a permission; everybody has the empty one.
func (p *Permissions) Has(permission string) bool {
	if slices.Contains(org.Elevated, permission) {
		return slices.Contains(*p.elevated.Load(), permission)
	}
	return permission == "" || !slices.Contains(*p.lacking.Load(), permission)
}

// Lacking lists the permissions of org.Permissions that the run-as user lacks.
func (p *Permissions) Lacking() []string { return *p.lacking.Load() }

// Change takes permissions away and gives others back, or changes nothing where one of them is invalid.
func (p *Permissions) Change(revoke, grant []string) error {
	all := slices.Concat(org.Permissions, org.Elevated)
	for _, name := range slices.Concat(revoke, grant) {
		if !slices.Contains(all, name) {
			return fmt.Errorf("no user permission is called %q; there are %s", name, strings.Join(all, ", "))
		}
		if slices.Contains(revoke, name) && slices.Contains(grant, name) {
			return fmt.Errorf("the permission %s cannot be revoked and granted at once", name)
		}
	}
	p.change.Lock()
	defer p.change.Unlock()
	ordinary, elevated := split(revoke)
	granted, raised := split(grant)
	p.lacking.Store(changed(*p.lacking.Load(), ordinary, granted))
	p.elevated.Store(changed(*p.elevated.Load(), raised, elevated))
	return nil
}

// split tells the elevated permissions from the others.
func split(names []string) (ordinary, elevated []string) {
	for _, name := range names {
		if slices.Contains(org.Elevated, name) {
			elevated = append(elevated, name)
		} else {
			ordinary = append(ordinary, name)
		}
	}
	return ordinary, elevated
}

// changed is a sorted list with some names added and others removed.
func changed(list, add, remove []string) *[]string {
	next := slices.Concat(list, add)
	slices.Sort(next)
	next = slices.DeleteFunc(slices.Compact(next), func(name string) bool { return slices.Contains(remove, name) })
	return &next
}

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
	change  sync.Mutex
	lacking atomic.Pointer[[]string]
}

// NewPermissions gives the user all permissions but some, named without the prefix Permissions.
func NewPermissions(revoked []string) (*Permissions, error) {
	p := &Permissions{}
	p.lacking.Store(&[]string{})
	return p, p.Change(revoked, nil)
}

// Has reports whether the run-as user has a permission; everybody has the empty one.
func (p *Permissions) Has(permission string) bool {
	return permission == "" || !slices.Contains(*p.lacking.Load(), permission)
}

// Lacking lists the permissions that the run-as user lacks.
func (p *Permissions) Lacking() []string { return *p.lacking.Load() }

// Change takes permissions away and gives others back, or changes nothing where one of them is invalid.
func (p *Permissions) Change(revoke, grant []string) error {
	for _, name := range slices.Concat(revoke, grant) {
		if !slices.Contains(org.Permissions, name) {
			return fmt.Errorf("no user permission is called %q; there are %s", name, strings.Join(org.Permissions, ", "))
		}
		if slices.Contains(revoke, name) && slices.Contains(grant, name) {
			return fmt.Errorf("the permission %s cannot be revoked and granted at once", name)
		}
	}
	p.change.Lock()
	defer p.change.Unlock()
	lacking := slices.Concat(*p.lacking.Load(), revoke)
	slices.Sort(lacking)
	lacking = slices.DeleteFunc(slices.Compact(lacking), func(name string) bool { return slices.Contains(grant, name) })
	p.lacking.Store(&lacking)
	return nil
}

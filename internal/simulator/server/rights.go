package server

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"longhaul/internal/simulator/org"
)

// rights are the user permissions that the run-as user lacks. They change while calls are under way, and each row of a
// query looks at them.
type rights struct {
	change  sync.Mutex
	lacking atomic.Pointer[[]string]
}

func newRights(revoked []string) (*rights, error) {
	r := &rights{}
	r.lacking.Store(&[]string{})
	return r, r.set(revoked, nil)
}

// permitted tells whether the run-as user has a permission; the empty one everybody has.
func (r *rights) permitted(permission string) bool {
	return permission == "" || !slices.Contains(*r.lacking.Load(), permission)
}

// set takes permissions away and gives others back, or changes nothing where one of them is not good.
func (r *rights) set(revoke, grant []string) error {
	for _, name := range slices.Concat(revoke, grant) {
		if !slices.Contains(org.Permissions, name) {
			return fmt.Errorf("no user permission is called %q; there are %s", name, strings.Join(org.Permissions, ", "))
		}
		if slices.Contains(revoke, name) && slices.Contains(grant, name) {
			return fmt.Errorf("the permission %s cannot be revoked and granted at once", name)
		}
	}
	r.change.Lock()
	defer r.change.Unlock()
	lacking := slices.Concat(*r.lacking.Load(), revoke)
	slices.Sort(lacking)
	lacking = slices.DeleteFunc(slices.Compact(lacking), func(name string) bool { return slices.Contains(grant, name) })
	r.lacking.Store(&lacking)
	return nil
}

// Revoke takes user permissions from the run-as user, named without the prefix Permissions. An unknown one is an error,
// and nothing is taken.
func (s *Server) Revoke(permissions ...string) error { return s.rights.set(permissions, nil) }

// Grant gives user permissions to the run-as user; see Revoke.
func (s *Server) Grant(permissions ...string) error { return s.rights.set(nil, permissions) }

func (s *Server) rightsState() (any, error) {
	return map[string][]string{"lacking": *s.rights.lacking.Load()}, nil
}

func (s *Server) changeRights(body []byte) (any, error) {
	var in struct{ Revoke, Grant []string }
	if err := decodeStrict(body, &in); err != nil {
		return nil, err
	}
	if err := s.rights.set(in.Revoke, in.Grant); err != nil {
		return nil, err
	}
	return s.rightsState()
}

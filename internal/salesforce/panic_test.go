package salesforce

import (
	"context"
	"errors"
	"testing"

	"longhaul/internal/fault"
)

// TestSession_aLoginThatPanicsIsAnError lets whoever waits for a login have its panic as an error.
func TestSession_aLoginThatPanicsIsAnError(t *testing.T) {
	t.Parallel()
	s := &session{login: func(context.Context) (*grant, error) { panic("the answer to a login") }}
	if _, err := s.grant(t.Context()); !errors.As(err, new(*fault.PanicError)) {
		t.Errorf("got %v, want the panic", err)
	}
}

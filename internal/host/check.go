package host

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/source"
)

// Check reads what every source refers to (secrets, credentials documents, certificates) and finds all mistakes at once,
// before a sync meets them one by one. It contacts nobody.
func (h *Host) Check(ctx context.Context) error {
	var mistakes []error
	for _, name := range h.registry.Names() {
		configured, err := h.registry.Get(name)
		if err == nil {
			err = h.check(ctx, configured)
		}
		mistakes = append(mistakes, err)
	}
	return errors.Join(mistakes...)
}

func (h *Host) check(ctx context.Context, configured source.Source) error {
	if _, err := configured.SalesforceCredentials(ctx); err != nil {
		return fmt.Errorf("source %q: %w", configured.Name, err)
	}
	ready, err := h.sources.Source(configured.Name)
	if err != nil || ready.CheckToken == nil {
		return err
	}
	return ready.CheckToken(ctx)
}

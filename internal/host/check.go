package host

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/source"
)

// Check reads what every source refers to (secrets, credentials documents, certificates) and gives the names of the sources that
// cannot be served. Where no source can be served it gives an error that holds all mistakes. It contacts nobody.
func (h *Host) Check(ctx context.Context) (left []string, err error) {
	var mistakes []error
	names := h.registry.Names()
	for _, name := range names {
		if err := h.ready(ctx, name); err != nil {
			left, mistakes = append(left, name), append(mistakes, err)
		}
	}
	if len(left) < len(names) {
		return left, nil
	}
	return left, errors.Join(mistakes...)
}

// ready gives the reason why a source cannot be served.
func (h *Host) ready(ctx context.Context, name string) error {
	configured, err := h.registry.Get(name)
	if err != nil {
		return err
	}
	return h.check(ctx, configured)
}

func (h *Host) check(ctx context.Context, configured source.Source) error {
	if _, err := configured.SalesforceCredentials(ctx); err != nil {
		return fmt.Errorf("source %q: %w", configured.Name, err)
	}
	ready, err := h.sources.Source(configured.Name)
	if err != nil {
		return err
	}
	for _, one := range ready.Exports {
		if one.Target == nil {
			continue
		}
		if err := one.Target.Ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

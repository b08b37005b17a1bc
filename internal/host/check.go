package host

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"longhaul/internal/salesforce"
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

// check gives all reasons that can be found at once.
func (h *Host) check(ctx context.Context, configured source.Source) error {
	_, unreadable := configured.SalesforceCredentials(ctx)
	ready, err := h.sources.Source(configured.Name)
	if err != nil {
		if unreadable != nil && configured.Salesforce.BaseURL == "" { // the source lacks no more than its credentials document
			return unreadable
		}
		return errors.Join(unreadable, err)
	}
	mistakes := []error{unreadable}
	for _, one := range ready.Exports {
		if one.Target != nil {
			mistakes = append(mistakes, one.Target.Ready(ctx))
		}
	}
	return errors.Join(mistakes...)
}

// Usable finds out, without a bucket and before anything is written, whether a client can be made of a source: whether its address can be
// one, and its certificates can be read.
func Usable(from source.Source) error {
	from.UnboundedLogins = true // the bucket counts them
	client, err := (&sources{logger: zap.NewNop()}).salesforce(from, salesforce.Config{})
	if err != nil {
		return err
	}
	client.Close()
	return nil
}

// ofSource names the source before an error that does not name it.
func ofSource(name string, err error) error {
	named := fmt.Sprintf("source %q", name)
	if strings.Contains(err.Error(), named) {
		return err
	}
	return fmt.Errorf("%s: %w", named, err)
}

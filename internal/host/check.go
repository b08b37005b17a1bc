package host

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"longhaul/internal/hang"
	"longhaul/internal/salesforce"
	"longhaul/internal/source"
)

// Check reads what every source of the settings refers to (secrets, credentials documents, certificates). It gives an error that holds all
// mistakes where none of them can be served, and none is saved in the bucket. It logs a key that is of no use: nobody hears of it else
// before a source is connected.
func (h *Host) Check(ctx context.Context) error {
	if h.keeper != nil {
		for _, err := range h.keeper.Mistakes(ctx) {
			h.logger.Warn("a key of the settings is of no use, and what is sealed with it cannot be opened", zap.Error(err))
		}
	}
	var mistakes []error
	names := h.roster.Names()
	for _, name := range names {
		if err := h.ready(ctx, name); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	if len(mistakes) < len(names) || len(names) == 0 || h.anySaved(ctx) {
		return nil
	}
	return errors.Join(mistakes...)
}

// anySaved says whether any source is saved in the bucket, or may be: a process that has one works without those of its settings.
func (h *Host) anySaved(ctx context.Context) bool {
	if !h.roster.Grows() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	saved, err := hang.Ask(ctx, h.savedThing(), func() (map[string]string, error) { return h.roster.Versions(ctx) })
	return err != nil || len(saved) > 0
}

// savedThing names what a bucket that hangs owes.
func (h *Host) savedThing() string { return "the saved sources in " + h.store.Name() }

// ready gives the reason why a source cannot be served.
func (h *Host) ready(ctx context.Context, name string) error {
	member, err := h.roster.Get(name)
	if err != nil {
		return err
	}
	if member.Saved() { // connect has checked it, and the roster has opened it
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		_, err := h.sources.Source(ctx, name)
		return err
	}
	return h.check(ctx, member.Source)
}

// check gives all reasons that can be found at once.
func (h *Host) check(ctx context.Context, configured source.Source) error {
	ctx, cancel := context.WithCancel(ctx) // a user of the clients no longer than this
	defer cancel()
	_, unreadable := configured.SalesforceCredentials(ctx)
	ready, err := h.sources.Source(ctx, configured.Name)
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

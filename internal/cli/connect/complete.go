package connect

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/config"
	"longhaul/internal/hang"
	"longhaul/internal/saved"
	"longhaul/internal/staging"
)

// completeWithin bounds what a person waits for who presses the tab key.
const completeWithin = 2 * time.Second

// completeConnected completes the names of connected sources, which the bucket alone knows. Where it does not answer, nothing is completed and
// nothing is said.
func (p Program) completeConnected(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	if len(before) > 0 {
		return nil, directive
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completeWithin)
	defer cancel()
	names, err := hang.Ask(ctx, "the names of connected sources", func() ([]string, error) { return p.connectedNames(ctx, cmd) })
	if err != nil {
		return nil, directive
	}
	var offered []cobra.Completion
	for _, name := range names {
		if strings.HasPrefix(name, begun) {
			offered = append(offered, name)
		}
	}
	return offered, directive
}

// connectedNames lists the sources in the bucket that the settings name. It makes no bucket.
func (p Program) connectedNames(ctx context.Context, cmd *cobra.Command) ([]string, error) {
	settings, _, err := config.Read(config.Input{Flags: cmd.Flags(), Environment: p.Environ, Dir: p.Dir, NeedStorage: true})
	if err != nil {
		return nil, err
	}
	at, err := settings.StorageURL()
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(at); err == nil && u.Scheme == "file" {
		if _, err := os.Stat(filepath.FromSlash(u.Path)); err != nil {
			return nil, err
		}
	}
	store, err := staging.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	defer func() { _ = store.Close() }()
	return saved.Names(ctx, store)
}

package monitor

import (
	"context"
	"fmt"
	"strings"

	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/workflows"
)

// Beside is the sync that runs while something else is said of its source, and the words about it; nil where none runs, as far as Temporal
// tells.
func Beside(ctx context.Context, c client.Client, source string) (running *workflows.Progress, words string) {
	id := workflows.SyncID(source)
	if run, err := control.Running(ctx, c, id); err != nil || run == "" {
		return nil, ""
	}
	s := &Status{Source: source}
	s.addRunning(ctx, &Watcher{Client: c, ID: id})
	now := s.now
	forecast := now.Forecast
	now.Forecast = nil // it has a sentence of its own
	words = fmt.Sprintf("A sync of %s is running: %s.", source, strings.TrimSuffix(now.sentence(), "."))
	if forecast != nil {
		words += " It has " + forecast.LeftWords() + "."
	}
	if q := s.Running.Quota; q != nil && q.Ceiling > 0 {
		words += fmt.Sprintf(" It keeps its own quota, which `set-quota` changes: a ceiling of %d %% and a share of %d %%.", q.Ceiling, q.Share)
	}
	return s.Running, words
}

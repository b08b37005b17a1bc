package node

import (
	"context"
	"os"
	"slices"
	"time"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/host"
	"longhaul/internal/source"
)

// How many files a process has open at one time, about. Requests to Salesforce and the parts of shards come on top.
const (
	filesOfTemporal = 96 // the embedded Temporal with its UI, and the bucket
	filesOfWorker   = 32 // connections to Temporal, to the bucket and to the targets of exports
)

// EnoughFiles refuses to start an embedded Temporal where the process may not open as many files as its work needs. It would start,
// and then fail at whatever it opens next for as long as it runs.
func EnoughFiles(settings config.Config) error { return enoughWith(settings, 0) }

// enoughWith is EnoughFiles with so many saved sources besides those of the settings.
func enoughWith(settings config.Config, saved int) error {
	need := filesOfTemporal + saved*source.DefaultMaxInFlight
	for _, calls := range callsOfSources(settings) {
		need += calls
	}
	return enoughFiles(need, len(settings.Sources.Names()) > 0, spareFiles)
}

// savedWithin bounds the listing of the saved sources. A bucket that does not answer by then keeps no process from its start.
const savedWithin = 5 * time.Second

// enoughForSaved is EnoughFiles once the bucket is open, which holds the sources that were connected.
func enoughForSaved(ctx context.Context, hosted *host.Host, settings config.Config) error {
	if !hosted.Sources().Grows() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, savedWithin)
	defer cancel()
	saved, err := hang.Ask(ctx, "the saved sources in "+hosted.Store().Name(), func() (map[string]string, error) {
		return hosted.Sources().Versions(ctx)
	})
	for _, name := range settings.Sources.Names() { // they may stand in both, and count once
		delete(saved, name)
	}
	if err != nil || len(saved) == 0 {
		return nil // where it does not answer, the workers' looks say what is wrong with the bucket
	}
	return enoughWith(settings, len(saved))
}

// enoughForWorker is EnoughFiles for a worker of another Temporal. It must be able to serve its largest source: others may have workers
// of their own.
func enoughForWorker(settings config.Config) error {
	calls := append(callsOfSources(settings), 0)
	if !settings.Secrets.IsZero() { // one may be connected
		calls = append(calls, source.DefaultMaxInFlight)
	}
	return enoughFiles(filesOfWorker+slices.Max(calls), true, spareFiles)
}

// callsOfSources are the calls at one time that each source may make.
func callsOfSources(settings config.Config) (calls []int) {
	for _, name := range settings.Sources.Names() {
		if s, err := settings.Sources.Get(name); err == nil {
			calls = append(calls, s.MaxInFlight)
		}
	}
	return calls
}

func enoughFiles(need int, mayDoLess bool, spare func(most int) int) error {
	have := spare(need)
	if have >= need {
		return nil
	}
	less := ""
	if mayDoLess {
		less = ", or lower max_in_flight"
	}
	return fault.Invalidf("this process may open only %d more files, and needs %d: raise the limit "+
		"(ulimit -n 1024, LimitNOFILE= of systemd, or the ulimits of the container)%s", have, need, less)
}

// spareFiles counts how many files this process can open besides those it has open, up to most.
func spareFiles(most int) int {
	var opened []*os.File
	defer func() {
		for _, file := range opened {
			_ = file.Close()
		}
	}()
	for range most {
		file, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		opened = append(opened, file)
	}
	return len(opened)
}

package node

import (
	"os"

	"longhaul/internal/config"
	"longhaul/internal/fault"
)

// filesOfTemporal is about how many files the embedded Temporal, its UI and the bucket have open at one time. Requests to
// Salesforce and the parts of shards come on top.
const filesOfTemporal = 96

// EnoughFiles refuses to start where the process may not open as many files as its work needs. It would start, and then fail
// at whatever it opens next for as long as it runs.
func EnoughFiles(settings config.Config) error { return enoughFiles(settings, spareFiles) }

func enoughFiles(settings config.Config, spare func(most int) int) error {
	need := filesOfTemporal
	for _, name := range settings.Sources.Names() {
		if s, err := settings.Sources.Get(name); err == nil {
			need += s.MaxInFlight
		}
	}
	if have := spare(need); have < need {
		return fault.Invalidf("this process may open only %d more files, and needs %d: raise the limit "+
			"(ulimit -n 1024, LimitNOFILE= of systemd), or lower max_in_flight", have, need)
	}
	return nil
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

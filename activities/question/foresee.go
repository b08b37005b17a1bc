package question

import (
	"context"
	"time"

	"longhaul/internal/planning"
)

// foreseeTimeout bounds how long the descriptions of the last sync are read: about a second for each 20,000 reports.
const foreseeTimeout = time.Minute

// foresee counts what the next refresh describes again though nothing of it changed, by Salesforce's clock. Where the descriptions of the
// last sync cannot be read in time, the plan says so.
func (s *survey) foresee(ctx context.Context, clock time.Time) {
	k := &s.in.Known
	if s.last.Sync == "" || k.Why != "" {
		return
	}
	bounded, cancel := context.WithTimeout(ctx, foreseeTimeout)
	defer cancel()
	found, err := planning.Foresee(bounded, s.store, s.last, planning.Refresh{Now: clock, Audit: s.source.Audit, Permissions: s.granted})
	if err != nil {
		s.unknown("which reports are described again though they did not change: what the last sync knew could not be read in time")
		return
	}
	k.Again, k.Without, k.Waiting, k.Audits, k.Renewed = found.Again, found.Without, found.Waiting, found.Audits, found.Renewed
}

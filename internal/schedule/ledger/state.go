package ledger

import (
	"go.temporal.io/api/workflowservice/v1"

	"longhaul/internal/schedule"
	"longhaul/internal/source"
)

// state makes a State of what is kept and what is there; both may be nil.
func state(name string, settings source.Schedule, kept *Kept, there *workflowservice.DescribeScheduleResponse) schedule.State {
	s := schedule.State{Source: name, ID: schedule.ID(name)}
	if kept != nil {
		s.By, s.Off = kept.By, kept.Off
		if !kept.Wanted.IsZero() {
			s.Wanted = &kept.Wanted
		}
	}
	switch {
	case settings.IsZero():
	case kept == nil: // no worker has written it yet
		s.By, s.Wanted = schedule.BySettings, &settings
	case kept.Wanted != settings:
		s.Settings = &settings
	}
	return s.Show(there, kept.written())
}

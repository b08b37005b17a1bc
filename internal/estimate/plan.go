package estimate

import (
	"fmt"
	"time"

	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/quota/forecast"
)

// Plan is what syncs of a source take. Scripts rely on its form.
type Plan struct {
	Source  string                 `json:"source"`
	AsOf    time.Time              `json:"as_of"`
	Zone    string                 `json:"zone"`               // of the days
	Calls   int64                  `json:"calls"`              // of Salesforce's API that the plan took
	Kinds   map[listing.Kind]int64 `json:"kinds"`              // that the run-as user sees
	Beside  string                 `json:"-"`                  // in words, the sync of the source that runs
	Running any                    `json:"running"`            // the progress of that sync, which whoever shows the plan asks for; else null
	Waits   string                 `json:"unserved,omitempty"` // why a sync would wait: no worker serves the source
	Hidden  *Hidden                `json:"hidden"`             // null where the run-as user is not known to see less than the org has
	Unasked *Unasked               `json:"not_asked"`          // null where Salesforce was asked
	Stops   []Stop                 `json:"stops"`              // what keeps a sync from describing until somebody acts
	Reused  Reused                 `json:"reused"`
	Quota   *Quota                 `json:"quota"` // null where Salesforce does not tell the maximum
	Pace    Pace                   `json:"pace"`
	First   Sync                   `json:"first"`   // every report is described
	Refresh Sync                   `json:"refresh"` // only those that changed since the last recorded sync; none where there is no such sync
	Share   *int                   `json:"share_for_48h"`
	Sooner  *Sooner                `json:"sooner"`  // settings with which the first sync ends earlier; null where it ends within 48 hours
	Unknown []string               `json:"unknown"` // what the plan could not take into account
	Cadence *Cadence               `json:"cadence"` // null where no schedule starts syncs, or nobody knows
}

// Hidden says that the org has more reports or dashboards than the run-as user sees.
type Hidden struct {
	Permissions []string `json:"permissions"` // that it lacks, as Setup calls them
	Reports     int64    `json:"reports"`     // about how many the org has, private ones among them; 0: nobody can tell
}

// Words are the reports that the org has, as far as that is known.
func (h Hidden) Words() string {
	more := "the org has more, which nobody can count"
	if h.Reports > 0 {
		more = "the org has about " + humanize.Count(h.Reports, "report") + ", private ones among them"
	}
	return more + " (the run-as user lacks " + humanize.List(h.Permissions) + ")"
}

// Unasked is why a plan made no API call, and where its counts come from.
type Unasked struct {
	Why  string    `json:"why"`
	Sync string    `json:"sync"`        // whose counts these are
	At   time.Time `json:"at,omitzero"` // when that sync ended; zero for one without a record
}

// Stop is something for which a sync would be held, or by which it would fail.
type Stop struct {
	Code  string `json:"code"`  // as a sync that is held gives it
	What  string `json:"what"`  // in words
	Fails bool   `json:"fails"` // the sync fails; else it is held and asks
	Vital bool   `json:"vital"` // it is held, and no approval helps
}

// Would says what becomes of a sync.
func (s Stop) Would() string {
	if s.Fails {
		return "A sync would fail"
	}
	if s.Vital {
		return "A sync cannot run as it is: it would be held, and no approval helps"
	}
	return "A sync would be held"
}

// Sooner is the smallest change of the quota that ends the first sync within 48 hours, or where none does, the one that ends it first.
type Sooner struct {
	Ceiling int       `json:"ceiling"`
	Share   int       `json:"share"`
	Seconds int64     `json:"seconds"`
	Ends    time.Time `json:"ends"`
}

// Reused is how many reports a refresh need not describe.
type Reused struct {
	Recorded bool      `json:"recorded"`          // whether a sync of the source is
	Reports  int64     `json:"reports"`           // with their columns
	Without  int64     `json:"without_columns"`   // that have none by what they are, which is known as well
	Changed  int64     `json:"changed"`           // or added since the last sync began
	Again    int64     `json:"again"`             // that the last sync got no columns of, and that are tried again
	Waiting  int64     `json:"waiting"`           // that were denied or gone, and are tried again on a later day
	Audits   int64     `json:"audits"`            // that did not change and are described again all the same
	Due      int64     `json:"audits_due"`        // as many as would be if the quota left calls for all
	Renewed  int64     `json:"renewed"`           // of report types that have drifted
	Sync     string    `json:"sync,omitempty"`    // the last recorded one; empty where there is none that can be reused
	Finished time.Time `json:"finished,omitzero"` // that one
	How      string    `json:"how"`               // how this is known, in words
}

// Quota is what the API calls of 24 hours are.
type Quota struct {
	Max     int64 `json:"max"`
	Used    int64 `json:"used"`   // in the last 24 hours, by all
	Ours    int64 `json:"ours"`   // of them, by syncs of the source
	Others  int64 `json:"others"` // of them, by others: assumed steady
	Ceiling int   `json:"ceiling"`
	Share   int   `json:"share"`
}

// Pace is how fast reports are described.
type Pace struct {
	Describes int     `json:"describes"` // that were made to see it
	Seconds   float64 `json:"seconds"`   // of one; assumed where none was made
	InFlight  int     `json:"in_flight"` // at one time
}

// Sync is what one sync takes. Where nobody can know the time, Seconds and Ends are null.
type Sync struct {
	Describes int64          `json:"describes"` // reports
	Calls     int64          `json:"calls"`
	Seconds   *int64         `json:"seconds"`
	Least     *int64         `json:"least_seconds,omitempty"` // where others use the org: if they use less than today
	Most      *int64         `json:"most_seconds,omitempty"`  // if they use more
	Looks     int64          `json:"looks,omitempty"`         // of Calls, those that only ask how many others have left
	Waits     int64          `json:"waits_seconds"`           // of Seconds, the time in which it waits for API calls
	Ends      *time.Time     `json:"ends"`
	Days      []forecast.Day `json:"days"`
	More      bool           `json:"more_days,omitempty"` // others follow
	Why       string         `json:"no_end,omitempty"`    // why Seconds and Ends are null

	Forecast *forecast.Forecast `json:"forecast,omitempty"` // from which others may cut the days of another place
}

// In is the plan with its days in another place.
func (p Plan) In(place *time.Location) Plan {
	p.Zone, _ = p.AsOf.In(place).Zone()
	p.First, p.Refresh = p.First.in(place), p.Refresh.in(place)
	return p
}

func (s Sync) in(place *time.Location) Sync {
	if s.Forecast != nil {
		s.Days, s.More = s.Forecast.Days(place)
	}
	return s
}

// unknown adds what the plan cannot take into account, once.
func (p *Plan) unknown(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, known := range p.Unknown {
		if known == text {
			return
		}
	}
	p.Unknown = append(p.Unknown, text)
}

// Package overview lists the sources: where each comes from, when it is synced, how the last sync ended, and what waits for whom.
package overview

import (
	"encoding/json"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/source"
)

// PageBytes bounds the JSON of one page, which lies in a history.
const PageBytes = 40_000

// Where a source comes from.
const (
	FromSettings = "settings"
	FromSaved    = "saved"
	FromBoth     = "both" // which no worker that starts serves
	Gone         = "gone" // it is neither connected nor in the settings of a worker that runs, and a sync of it is not over
)

// Known is what a worker knows of a source without asking about it.
type Known struct {
	Name     string
	Origin   string // see From*
	Org      string // the host; empty where it is not known
	Schedule source.Schedule
	Foreign  bool   // other workers alone have it in their settings
	Problem  string // why it is not served, in a sentence
}

// List is the answer of sources, ordered by name.
type List struct {
	AsOf    time.Time `json:"as_of"`
	Sources []Row     `json:"sources"`
	Total   int       `json:"total"`            // of all pages
	After   string    `json:"after,omitempty"`  // the last name of the page, if there are more: the next page begins after it
	Unread  []string  `json:"unread,omitempty"` // what could not be found out about all sources, in sentences
}

// Row is what is known of one source.
type Row struct {
	Source   string   `json:"source"`
	Origin   string   `json:"origin"` // see From*
	Org      string   `json:"org,omitempty"`
	Problem  string   `json:"problem,omitempty"` // why it is not served, and what to change
	Schedule Schedule `json:"schedule"`

	NextRun    time.Time `json:"next_run,omitzero"`
	Last       *Last     `json:"last,omitempty"` // absent: no sync has ended yet, or it is among Unread
	Running    bool      `json:"running"`
	Waits      *Wait     `json:"waits,omitempty"`            // of a sync that stands still
	Workers    *int      `json:"workers,omitempty"`          // that serve the source, by their last poll; absent: Temporal did not say
	LastPolled time.Time `json:"last_polled,omitzero"`       // where none serves it: when one last asked for its work, as far as is known
	Silent     []string  `json:"may_have_stopped,omitempty"` // workers that are not counted: they did not poll when a living one would have
	Disagree   []string  `json:"disagree,omitempty"`

	Missed *history.Missed `json:"missed,omitempty"`        // runs of the schedule since the last sync
	Before *history.Missed `json:"missed_before,omitempty"` // those before the last sync
	Counts *Counts         `json:"counts,omitempty"`        // Temporal's own

	Unread []string `json:"unread,omitempty"` // what could not be found out in time
}

// The states of a schedule.
const (
	None    = "none"
	Active  = "active"
	Paused  = "paused"
	Off     = "off"     // a person has ended it
	Missing = "missing" // it is wanted, and Temporal does not have it yet
	Unknown = "unknown" // it could not be asked for
)

// Schedule says when a source is synced.
type Schedule struct {
	State  string          `json:"state"`
	Words  string          `json:"words,omitempty"` // such as every 24h
	Wanted source.Schedule `json:"wanted,omitzero"` // as it was set
	By     string          `json:"by,omitempty"`    // who has set it
	ByHand bool            `json:"changed_by_hand,omitempty"`
	Note   string          `json:"note,omitempty"` // why it is paused
}

// Counts are those of Temporal, since the schedule was made there.
type Counts struct {
	Since   time.Time `json:"since"`
	Missed  int64     `json:"missed,omitempty"`  // Temporal was away for too long
	Skipped int64     `json:"skipped,omitempty"` // a sync that the schedule had started still ran
}

// Last is the last sync that ended.
type Last struct {
	Sync    string    `json:"sync"`
	Outcome string    `json:"outcome"`
	At      time.Time `json:"at"`              // its end
	Class   string    `json:"class,omitempty"` // of the failure
	System  string    `json:"system,omitempty"`
	Why     string    `json:"why,omitempty"` // it failed, was cancelled or terminated, in MostWhy bytes at most
	Do      string    `json:"do,omitempty"`  // after one that failed, while no other runs
}

// Wait is why a sync stands still, and who has to act.
type Wait struct {
	Phase string    `json:"phase"`
	Why   string    `json:"why,omitempty"`
	Do    string    `json:"do,omitempty"`
	Until time.Time `json:"until,omitzero"`
	Looks time.Time `json:"looks,omitzero"` // when it looks again whether it can go on, where until is not known
	For   string    `json:"for"`            // who has to act: see For*
}

// Who has to act.
const (
	ForNobody   = "nobody"   // it passes by itself
	ForOperator = "operator" // of Longhaul
	ForOrg      = "org"      // an administrator of the Salesforce org
	ForCatalog  = "catalog"  // the catalog's team
	ForWorker   = "worker"   // somebody must start one that serves the source
	ForUnknown  = "unknown"  // the sync did not say in time whether it waits
)

const (
	// MostWhy bounds the reason for which the last sync of a source failed, in bytes: show has the whole sentence.
	MostWhy = 200

	mostWords   = 300  // bytes of one sentence of a row
	mostWait    = 1000 // bytes of why a sync waits, which no failure exceeds: the end of the sentence may be what is to be done, and when
	mostUnequal = 4    // sentences about workers that disagree
	lineBytes   = 200  // of a list beside its rows
)

// Bound makes the list fit a page: the rows from which on it does not are on the next one.
func (l *List) Bound() {
	l.Unread = l.Unread[:min(len(l.Unread), mostUnequal)]
	for i := range l.Unread {
		l.Unread[i] = clip(l.Unread[i])
	}
	size := lineBytes + bytesOf(l.Unread)
	for i := range l.Sources {
		row := &l.Sources[i]
		row.bound()
		if size += bytesOf(row) + 1; size > PageBytes && i > 0 {
			l.Sources, l.After = l.Sources[:i], l.Sources[i-1].Source
			return
		}
	}
}

// bound makes each text of a row short.
func (r *Row) bound() {
	r.Disagree = r.Disagree[:min(len(r.Disagree), mostUnequal)]
	texts := []*string{&r.Problem, &r.Org, &r.Schedule.Words, &r.Schedule.Note}
	if r.Waits != nil {
		r.Waits.Why, r.Waits.Do = fault.Short(r.Waits.Why, mostWait), fault.Short(r.Waits.Do, mostWait)
	}
	for i := range r.Disagree {
		texts = append(texts, &r.Disagree[i])
	}
	for _, text := range texts {
		*text = clip(*text)
	}
}

func clip(text string) string { return fault.Short(text, mostWords) }

func bytesOf(v any) int {
	text, err := json.Marshal(v)
	if err != nil {
		return PageBytes
	}
	return len(text)
}

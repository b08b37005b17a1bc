// Package doctor asks what a sync of a source needs, one question a row, and says what it found and what to change.
package doctor

import "longhaul/internal/fault"

// Status is the answer to one question.
type Status string

// The answers.
const (
	Pass    Status = "pass"
	Warn    Status = "warn"    // a sync runs, and lacks something
	Fail    Status = "fail"    // a sync fails or blocks
	Skipped Status = "skipped" // the question could not be asked, because of an earlier answer
)

// Finding is the answer to one question as people and scripts read it. It never holds a secret, nor a person by anything but an
// Id or a masked username.
type Finding struct {
	ID     string `json:"id"`     // such as permission.RunReports; scripts rely on it
	Status Status `json:"status"` // of this question alone
	Title  string `json:"title"`  // the question in a few words
	Found  string `json:"found"`  // what was found, in a sentence
	Cost   string `json:"cost"`   // what a sync loses by it; empty where it loses nothing
	Fix    string `json:"fix"`    // what to change; empty where nothing need be
	Where  string `json:"where"`  // the path in Setup, in Salesforce's own labels, or the setting of Longhaul
	Count  *Count `json:"count,omitempty"`
	Holds  bool   `json:"holds,omitempty"` // a first sync is held by it, until somebody approves
	Waits  bool   `json:"waits,omitempty"` // a sync that starts now waits for it before it reads anything

	// Class is what a sync would fail with, for the exit code; empty unless Status is Fail.
	Class  fault.Class  `json:"class,omitempty"`
	System fault.System `json:"system,omitempty"` // that Class is about
}

// Count is a number of things, with how sure it is.
type Count struct {
	Count int64     `json:"count"` // zero where Kind is Unknown
	Kind  CountKind `json:"kind"`
}

// CountKind says how sure a count is.
type CountKind string

// The kinds of counts.
const (
	Exact   CountKind = "exact"
	AtLeast CountKind = "at_least"
	About   CountKind = "about"
	Unknown CountKind = "unknown"
)

// Failed is the finding with the error for which a sync would fail. The error's own sentence says what was found and, where fix is
// empty, what to change. An error without a class is one of Longhaul.
func (f Finding) Failed(err error, cost, fix string) Finding {
	f.Status, f.Found, f.Cost, f.Fix = Fail, fault.Sentence(err), cost, fix
	f.Class, f.System = internal, fault.Longhaul
	if known := fault.From(err); known != nil {
		f.Class, f.System = known.Class, known.System
		if known.System != fault.Longhaul { // what lies below is for engineers; of a setting it says where it stands
			f.Found = known.Message
		}
	}
	if fix == "" {
		f.Found, f.Fix = fault.Halves(f.Found)
	}
	f.Found = fault.Short(f.Found, longest)
	return f
}

// SkippedFor is the finding where an earlier answer keeps the question from being asked. There is nowhere to look.
func (f Finding) SkippedFor(why string) Finding {
	f.Status, f.Found, f.Where = Skipped, why, ""
	return f
}

// internal is the class of an error that no other class describes: a bug.
const internal fault.Class = "internal"

// longest bounds one text of a finding, in bytes.
const longest = 600

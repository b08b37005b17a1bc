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

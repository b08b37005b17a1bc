package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"longhaul/activities"
)

// exportsState is what the sync makes of what it has read.
type exportsState struct {
	Timestamp int64         `json:"timestamp"` // in the names of the files; the latest where a set was renamed
	Exports   []ExportState `json:"exports"`   // in the order of their delivery; nil before the login
}

// ExportState is the set of files of one export, and how much of it its target has.
type ExportState struct {
	activities.ExportPlan                     // what delivers, only if the sync does
	Timestamp             int64               `json:"timestamp"`         // in the names of the files
	Written               []activities.File   `json:"written"`           // nil until all are written
	Uploads               int                 `json:"uploads"`           // files that the target has
	To                    string              `json:"to,omitempty"`      // where the files of the set go that were delivered so far
	Renames               int                 `json:"renames,omitempty"` // of the set, because the target held files of its name
	Proxied               bool                `json:"proxied,omitempty"` // one of these because of a proxy that changes answers
	Failure               *activities.Failure `json:"failure,omitempty"` // why the export was given up
}

// plan takes the exports that the login has found.
func (s *exportsState) plan(plans []activities.ExportPlan, upload bool) {
	s.Exports = make([]ExportState, 0, len(plans))
	for _, plan := range plans {
		plan.Delivers, plan.Section = plan.Delivers && upload, ""
		s.Exports = append(s.Exports, ExportState{ExportPlan: plan, Timestamp: s.Timestamp})
	}
}

// all lists the exports.
func (s *exportsState) all() []*ExportState {
	all := make([]*ExportState, len(s.Exports))
	for i := range s.Exports {
		all[i] = &s.Exports[i]
	}
	return all
}

// someAssembled says whether the files of an export are in the bucket.
func (s *exportsState) someAssembled() bool {
	return slices.ContainsFunc(s.all(), (*ExportState).assembled)
}

// names lists the names of the exports.
func (s *exportsState) names() (names []string) {
	for _, e := range s.all() {
		names = append(names, e.Name)
	}
	return names
}

// undeliveredWords are the warnings of exports that have no settings to say where their files go.
func undeliveredWords(plans []activities.ExportPlan) (warnings []string) {
	for _, plan := range plans {
		what := "the extract stays"
		if len(plans) > 1 {
			what = "the files of export " + plan.Name + " stay"
		}
		if !plan.Delivers && plan.Section != "" {
			warnings = append(warnings, fmt.Sprintf("the source has no %s settings, so %s in the bucket", plan.Section, what))
		}
	}
	return warnings
}

// rename makes a set that is written and delivered anew, under the next timestamp.
func (s *exportsState) rename(e *ExportState) {
	e.Timestamp++
	e.Written, e.Uploads, e.To = nil, 0, ""
	s.Timestamp = max(s.Timestamp, e.Timestamp)
}

// assembled says whether all files of the set are in the bucket.
func (e *ExportState) assembled() bool { return e.Written != nil }

// done says whether the set is where it should be.
func (e *ExportState) done() bool {
	return e.assembled() && (!e.Delivers || e.Uploads == len(e.Files))
}

// delivered says whether the target has every file of the set.
func (e *ExportState) delivered() bool { return e.Delivers && e.done() }

// delivers says whether the sync delivers anything.
func (s *exportsState) delivers() bool {
	return slices.ContainsFunc(s.all(), func(e *ExportState) bool { return e.Delivers })
}

// delivered says whether every set that is to be delivered was.
func (s *exportsState) delivered() bool {
	return s.delivers() && !slices.ContainsFunc(s.all(), func(e *ExportState) bool { return e.Delivers && !e.done() })
}

// sending says whether a target has got anything, or had something of the names.
func (s *exportsState) sending() bool {
	return slices.ContainsFunc(s.all(), func(e *ExportState) bool { return e.Uploads+e.Renames > 0 })
}

// files are the files that are written, by export.
func (s *exportsState) files() map[string][]activities.File {
	files := map[string][]activities.File{}
	for _, e := range s.all() {
		if e.assembled() {
			files[e.Name] = e.Written
		}
	}
	return files
}

// deliveries is what became of each export.
func (s *exportsState) deliveries() map[string]activities.Delivery {
	all := map[string]activities.Delivery{}
	for _, e := range s.all() {
		all[e.Name] = activities.Delivery{Delivered: e.delivered(), To: e.To, Failure: e.Failure}
	}
	return all
}

// failure is why exports were given up although others are done; nil if none was.
func (s *exportsState) failure() *activities.Failure {
	var first *activities.Failure
	var failed, done []string
	for _, e := range s.all() {
		switch {
		case e.Failure != nil:
			first = cmp.Or(first, e.Failure)
			failed = append(failed, fmt.Sprintf("export %s was not delivered: %s", e.Name, e.Failure.Message))
		case e.delivered():
			done = append(done, e.Name+" was delivered")
		case e.done():
			done = append(done, e.Name+" is in the bucket")
		}
	}
	if first == nil {
		return nil
	}
	whole := shownFailure(first)
	whole.Message = strings.Join(append(failed, done...), "; ") + "; the next sync delivers all exports again"
	return whole
}

// undelivered is why exports were given up.
func (s *exportsState) undelivered() map[string]*activities.Failure {
	var all map[string]*activities.Failure
	for _, e := range s.all() {
		if e.Failure == nil {
			continue
		}
		if all == nil {
			all = map[string]*activities.Failure{}
		}
		all[e.Name] = e.Failure
	}
	return all
}

// counts are how many files of each export are written, and how many delivered.
func (s *exportsState) counts() (files, uploads map[string]Count) {
	files, uploads = map[string]Count{}, map[string]Count{}
	for _, e := range s.all() {
		files[e.Name] = Count{Done: len(e.Written), Total: len(e.Files)}
		if uploads[e.Name] = (Count{Done: e.Uploads}); e.Delivers {
			uploads[e.Name] = Count{Done: e.Uploads, Total: len(e.Files)}
		}
	}
	return files, uploads
}

package question

import (
	"context"
	"errors"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/doctor/exam"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// ExamineParams names the source.
type ExamineParams struct {
	Source    string `json:"source"`
	Candidate string `json:"candidate,omitempty"` // the version of one that is checked before it is saved
	Unbegun   bool   `json:"unbegun,omitempty"`   // no worker that polls for the source has begun the question, so any worker is asked
}

// Doctor knows the sources that this worker could examine, and what their Temporal says.
type Doctor interface {
	// Subject readies a source to be examined; a candidate for one, where that is not empty. An unknown name is a fault of class invalid
	// that lists the known ones. free gives back its connections.
	Subject(ctx context.Context, name, candidate string) (subject exam.Subject, free func(), err error)
	// Cluster asks the Temporal for which the activity runs.
	Cluster(ctx context.Context, name string) cluster.Facts
}

// Examine asks what a sync of a source needs. A worker that does not serve the source examines it all the same: it may be left out
// for a reason that the rows give. Its API calls count among those of the source's syncs. It asks also where their share is used up, as it
// is asked why a sync waits.
func (a *Activities) Examine(ctx context.Context, params ExamineParams) (doctor.Result, error) {
	defer attended(ctx)()
	bounded, cancel := context.WithTimeout(ctx, exam.Longest)
	defer cancel()
	subject, free, err := a.Doctor.Subject(bounded, params.Source, params.Candidate)
	switch {
	case err != nil && params.Candidate != "":
		return a.unopened(ctx, params, err), nil
	case err != nil:
		return a.unknown(ctx, params, err), nil
	}
	defer free()
	told := make(chan cluster.Facts, 1) // the question may outlive the check
	subject.Cluster = func(ctx context.Context) cluster.Facts {
		facts := a.cluster(ctx, params)
		told <- facts
		return facts
	}
	counted := newTally(ctx, a.Store, params.Source)
	defer counted.end(ctx)
	subject.Meter, subject.Own = counted.meter, counted.sum.Hours
	result := exam.Run(bounded, subject)
	select {
	case facts := <-told:
		result.Worker = answered(facts)
	default: // Temporal gave no answer, and what this worker is called came with it
	}
	if ctx.Err() != nil { // rows of what was not asked say nothing of the source
		return doctor.Result{}, &fault.Error{
			Class: fault.Transient, System: fault.Longhaul, Message: "the worker was stopped while it checked the source: try again",
		}
	}
	return result, nil
}

// unknown is the result of a worker that cannot use the settings of the source, or has none of it: then another may.
func (a *Activities) unknown(ctx context.Context, params ExamineParams, err error) doctor.Result {
	row := doctor.Finding{ID: "settings", Title: "Settings", Where: "sources." + params.Source + " of the worker that answered"}
	if errors.As(err, new(*source.UnknownError)) {
		row = row.SkippedFor("on the worker that answered, " + fault.Sentence(err))
	} else {
		row = row.Failed(source.Apart(params.Source, err), "the worker cannot serve the source", "")
	}
	return a.only(ctx, params, row)
}

// unopened is the result of a worker that cannot open what is to be checked before it is saved.
func (a *Activities) unopened(ctx context.Context, params ExamineParams, err error) doctor.Result {
	row := doctor.Finding{ID: "sealed", Title: "Sealed credentials", Where: "secrets.keeper of the worker that answered"}
	return a.only(ctx, params, row.Failed(err, "the worker cannot serve the source", ""))
}

// only is a result that has one row beside those of the cluster.
func (a *Activities) only(ctx context.Context, params ExamineParams, row doctor.Finding) doctor.Result {
	facts := a.cluster(ctx, params)
	rows := append([]doctor.Finding{row}, cluster.Check(facts)...)
	result := doctor.Judge(params.Source, rows)
	result.Worker = answered(facts)
	return result
}

// cluster asks Temporal.
func (a *Activities) cluster(ctx context.Context, params ExamineParams) cluster.Facts {
	facts := a.Doctor.Cluster(ctx, params.Source)
	facts.Candidate, facts.Unbegun = params.Candidate != "", params.Unbegun
	return facts
}

// answered is the worker that has examined, with the others that serve the source.
func answered(facts cluster.Facts) *doctor.Worker {
	me, others := facts.Me, facts.Others()
	me.Others = others[:min(len(others), mostOthers)]
	return &me
}

// mostOthers bounds how many other workers a result lists.
const mostOthers = 30

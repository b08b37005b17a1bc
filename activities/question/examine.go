package question

import (
	"context"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/doctor/exam"
	"longhaul/internal/fault"
)

// ExamineParams names the source.
type ExamineParams struct {
	Source    string `json:"source"`
	Candidate string `json:"candidate,omitempty"` // the version of one that is checked before it is saved
}

// Doctor knows the sources that this worker could examine, and what their Temporal says.
type Doctor interface {
	// Subject readies a source to be examined; a candidate for one, where that is not empty. An unknown name is a fault of class invalid
	// that lists the known ones. free gives back its connections.
	Subject(ctx context.Context, source, candidate string) (subject exam.Subject, free func(), err error)
	// Cluster asks the Temporal for which the activity runs.
	Cluster(ctx context.Context, source string) cluster.Facts
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
		return a.unopened(ctx, params.Source, err), nil
	case err != nil:
		return a.unknown(ctx, params.Source, err), nil
	}
	defer free()
	told := make(chan cluster.Facts, 1) // the question may outlive the check
	subject.Cluster = func(ctx context.Context) cluster.Facts {
		facts := a.Doctor.Cluster(ctx, params.Source)
		facts.Candidate = params.Candidate != ""
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

// unknown is the result of a worker whose settings lack the source.
func (a *Activities) unknown(ctx context.Context, source string, err error) doctor.Result {
	row := doctor.Finding{ID: "settings", Title: "Settings", Where: "sources." + source}
	return a.only(ctx, source, false, row.SkippedFor("on the worker that answered, "+fault.Sentence(err)))
}

// unopened is the result of a worker that cannot open what is to be checked before it is saved.
func (a *Activities) unopened(ctx context.Context, source string, err error) doctor.Result {
	row := doctor.Finding{ID: "sealed", Title: "Sealed credentials", Where: "secrets.keeper of the worker that answered"}
	return a.only(ctx, source, true, row.Failed(err, "the worker cannot serve the source", ""))
}

// only is a result that has one row beside those of the cluster.
func (a *Activities) only(ctx context.Context, source string, candidate bool, row doctor.Finding) doctor.Result {
	facts := a.Doctor.Cluster(ctx, source)
	facts.Candidate = candidate
	rows := append([]doctor.Finding{row}, cluster.Check(facts)...)
	result := doctor.Judge(source, rows)
	result.Worker = answered(facts)
	return result
}

// answered is the worker that has examined, with the others that serve the source.
func answered(facts cluster.Facts) *doctor.Worker {
	me := facts.Me
	for _, w := range facts.Workers {
		if w.Label() != me.Label() {
			me.Others = append(me.Others, w)
		}
	}
	me.Others = me.Others[:min(len(me.Others), mostOthers)]
	return &me
}

// mostOthers bounds how many other workers a result lists.
const mostOthers = 30

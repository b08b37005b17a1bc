package workflows

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/internal/warning"
	"longhaul/workflows/call"
)

// uploadPhase delivers the set of each export to its target, one file after the other.
type uploadPhase struct {
	own      *exportsState
	state    *State
	wait     *waiter
	recovery *recovery
	display  *display
	guard    *guardPhase
	assemble *assemblePhase // writes a set under another name
}

// maxTimestamps bounds how often a set may be renamed because the target holds foreign files of its name.
const maxTimestamps = 5

// run delivers all sets, once the guard lets them. It fails if no export could be brought where it belongs; a failure beside others that
// could is the sync's once it is recorded.
func (p *uploadPhase) run(ctx workflow.Context) error {
	if err := p.guard.coverage(ctx); err != nil {
		return err
	}
	failed := p.beside(ctx)
	var first error
	done := false
	all := p.own.all()
	for _, i := range finishOrder(all, failed) {
		e := all[i]
		err := p.finish(ctx, e, failed[i])
		switch {
		case err == nil:
			done = done || e.done()
			continue
		case workflow.IsContinueAsNewError(err), isCancel(ctx, err), lostOwnership(call.Explain(err)):
			return err
		}
		e.Failure = shownFailure(call.Explain(err))
		e.Failure.Message = clip(e.Failure.Message) // the state holds no more
		first = cmp.Or(first, err)
		p.recovery.forget()
		p.display.touch(ctx)
	}
	if done || first == nil {
		return nil
	}
	return first
}

// beside sends all sets at once, where there are more than one, each until a file fails: none waits for what keeps another. It returns
// the failures, by export.
func (p *uploadPhase) beside(ctx workflow.Context) []error {
	all := p.own.all()
	failed := make([]error, len(all))
	if len(all) < 2 {
		return failed
	}
	group := workflow.NewWaitGroup(ctx)
	for i, e := range all {
		if e.done() || !e.assembled() || e.Failure != nil {
			continue
		}
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer group.Done()
			for !e.done() && failed[i] == nil && !p.wait.paused() {
				failed[i] = p.sendNext(ctx, e)
			}
		})
	}
	group.Wait(ctx)
	return failed
}

// finishOrder is the order in which exports are finished, by index: last come those whose trouble may block the sync.
func finishOrder(all []*ExportState, failed []error) (order []int) {
	var last []int
	for i, e := range all {
		if e.assembled() && (failed[i] == nil || nameTaken(failed[i])) {
			order = append(order, i)
		} else {
			last = append(last, i)
		}
	}
	return append(order, last...)
}

// finish brings an export where it belongs, starting with the failure of an earlier attempt, if there was one. When the target holds a
// foreign file under one of the names, the whole set goes again under the next timestamp.
func (p *uploadPhase) finish(ctx workflow.Context, e *ExportState, failed error) error {
	for e.Failure == nil && e.Renames < maxTimestamps {
		if !e.assembled() { // it was renamed, perhaps by the previous run, or its writing had failed
			if err := p.recovery.run(ctx, func(ctx workflow.Context) error { return p.assemble.write(ctx, e) }); err != nil {
				return err
			}
		}
		if e.done() {
			return nil
		}
		err := p.recovery.run(ctx, func(ctx workflow.Context) error {
			if err := failed; err != nil {
				failed = nil
				return err
			}
			return p.send(ctx, e)
		})
		if !nameTaken(err) {
			return err
		}
		if e.Renames++; e.Renames < maxTimestamps {
			p.state.warn(renamed(err, e))
		}
		e.Proxied = e.Proxied || takenBy(err) == activities.TakenByProxy
		p.own.rename(e)
	}
	if e.Failure != nil { // of the previous run
		return nil
	}
	return refused(fmt.Sprintf("the target of export %s holds foreign files under %d timestamps in a row: another program delivers to the "+
		"same place, so stop it or give this source a place of its own, such as another source id of the catalog", e.Name, maxTimestamps))
}

// send sends what the target does not have yet.
func (p *uploadPhase) send(ctx workflow.Context, e *ExportState) error {
	for !e.done() {
		if err := p.wait.untilResumed(ctx); err != nil {
			return err
		}
		if err := p.sendNext(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// sendNext sends the next file of a set.
func (p *uploadPhase) sendNext(ctx workflow.Context, e *ExportState) error {
	file := e.Written[e.Uploads]
	params := activities.UploadParams{Sync: p.state.Sync, Export: e.Name, File: file, To: e.To, Proxied: e.Proxied}
	sent, err := call.Do(ctx, call.ForFile, "upload "+file.Name, acts.Upload, params)
	if err != nil {
		return err
	}
	e.Uploads++
	if e.To = sent.To; e.done() {
		p.state.withdraw(func(w warning.Warning) bool { return untried(w, e.Name) })
	}
	p.display.touch(ctx)
	return nil
}

// untried says whether a warning is of what the login could not try of a delivery, which tells itself once the target has every file. Only a
// sync with one export has one that names none.
func untried(w warning.Warning, export string) bool {
	named := w.Code == warning.ExportUntried || w.Code == warning.ExportRefused
	return w.Code == warning.DeliveryUntried || named && w.Params["export"] == export
}

func nameTaken(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.Type() == activities.NameTaken
}

// takenBy is who has the name that an upload did not get.
func takenBy(err error) (by activities.Taken) {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Details(&by) != nil {
		return activities.TakenByOther
	}
	return by
}

// renamed is the warning of a set that gets another name.
func renamed(err error, e *ExportState) warning.Warning {
	of := warning.Params{"timestamp": strconv.FormatInt(e.Timestamp, 10), "export": e.Name}
	switch takenBy(err) {
	case activities.TakenByProxy:
		return warning.New(warning.RenamedByProxy, of)
	case activities.TakenByUs:
		return warning.New(warning.RenamedByReset, of)
	default:
		return warning.New(warning.RenamedByOther, of)
	}
}

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

// deliveries is what became of each export.
func (s *exportsState) deliveries() map[string]activities.Delivery {
	all := map[string]activities.Delivery{}
	for _, e := range s.all() {
		all[e.Name] = activities.Delivery{Delivered: e.delivered(), To: e.To, Failure: e.Failure}
	}
	return all
}

// sent is how far the exports came that are to be delivered.
func (s *exportsState) sent() map[string]history.Sent {
	all := map[string]history.Sent{}
	for _, e := range s.all() {
		if e.Delivers && e.assembled() {
			all[e.Name] = history.Sent{Files: len(e.Files), Done: e.Uploads, To: e.To}
		}
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

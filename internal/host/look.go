package host

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/workflows"
)

const (
	// lookEvery is how often the saved sources are listed, so that a new one is served within half a minute.
	lookEvery = 20 * time.Second
	// againEvery is how many looks pass until what was left out is tried again: its secret, or its key, may be there by then.
	againEvery = 3
	// lookWithin bounds one look. A bucket or a keeper that hangs keeps nobody from working.
	lookWithin = 15 * time.Second
	// openWithin is shorter: what was opened by then counts, and the rest is opened at the next look.
	openWithin = 12 * time.Second
	// serveAtOnce bounds how many sources are made ready at one time.
	serveAtOnce = 8
)

// keepLooking looks until the workers stop. Where no source can be connected, it looks for those alone that were left out.
func (w *Workers) keepLooking() {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for n := 1; ; n++ {
		if _, left := w.Served(); len(left) == 0 && !w.host.roster.Grows() {
			return
		}
		select {
		case <-w.life.Done():
			return
		case <-ticker.C:
		}
		if again := n%againEvery == 0; again || w.host.roster.Grows() {
			w.look(again)
		}
	}
}

// look serves what is new, and stops to serve what is gone. With again, it tries what was left out.
func (w *Workers) look(again bool) {
	roster := w.host.roster
	if roster.Grows() {
		ctx, cancel := context.WithTimeout(w.life, lookWithin)
		_, err := hang.Ask(ctx, w.host.savedThing(), func() (struct{}, error) {
			bounded, cancel := context.WithTimeout(ctx, openWithin)
			defer cancel()
			return struct{}{}, roster.Look(bounded, again)
		})
		cancel()
		w.say("", "the saved sources cannot be listed, so none is added and none is removed; they are looked at again every "+
			lookEvery.String(), err)
	}
	if w.life.Err() != nil {
		return
	}
	names, out, twice := roster.Names(), roster.Out(), roster.Twice()
	serving := w.workers(w.serving)
	for name, one := range serving {
		if _, left := out[name]; !left && !slices.Contains(names, name) {
			w.drop(name, one)
		}
	}
	for name, one := range w.workers(w.telling) {
		if slices.Contains(names, name) || !w.syncRuns(name) {
			w.hush(name, one)
		}
	}
	var fresh []string
	for _, name := range names {
		if _, left := w.said[name]; serving[name] == nil && (again || !left) {
			fresh = append(fresh, name)
		}
		w.warn("twice "+name, name, "a source has two origins", twice[name])
	}
	w.tuner.activities.resize(w.host.activitySlots())
	w.attempt(fresh)
	w.sayWhatIsOut(names, out)
}

// sayWhatIsOut logs why sources that are known cannot be served, or not as they were connected last.
func (w *Workers) sayWhatIsOut(names []string, out map[string]error) {
	const subject = "saved "
	maps.DeleteFunc(w.said, func(about, _ string) bool {
		name, saved := strings.CutPrefix(about, subject)
		return saved && out[name] == nil
	})
	for _, name := range slices.Sorted(maps.Keys(out)) {
		message := leftOut
		if slices.Contains(names, name) {
			message = "this worker cannot open what is saved of a source it serves: a step that needs its credentials or token is tried again, on another worker if there is one"
		}
		w.warn(subject+name, name, message, out[name])
	}
}

// workers copies a map of workers.
func (w *Workers) workers(some map[string]worker.Worker) map[string]worker.Worker {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(some)
}

// say logs what is wrong with a subject, once for each reason, until it is right.
func (w *Workers) say(subject, message string, err error, fields ...zap.Field) {
	before, was := w.said[subject]
	switch {
	case w.life.Err() != nil:
		return
	case err == nil:
		delete(w.said, subject)
		return
	case was && fault.Sentence(err) == before:
		return
	}
	level := zap.WarnLevel
	if errors.As(err, new(*fault.PanicError)) {
		level = zap.ErrorLevel // a bug, which no setting fixes
	}
	w.said[subject] = fault.Sentence(err)
	w.host.logger.Log(level, message, append(fields, zap.String("why", fault.Sentence(err)))...)
}

// attempt serves sources, or logs why one is left out, once for each reason.
func (w *Workers) attempt(names []string) {
	errs := make([]error, len(names))
	var group errgroup.Group
	group.SetLimit(serveAtOnce)
	for i, name := range names {
		group.Go(func() error {
			errs[i] = fault.Caught(func() error { return w.Serve(name) })
			return nil
		})
	}
	_ = group.Wait() // no function gives an error
	for i, name := range names {
		w.warn(name, name, leftOut, errs[i])
		if errs[i] == nil && w.started && w.life.Err() == nil {
			w.host.logger.Info("the source is served from now on", zap.String("source", name))
		}
	}
}

const leftOut = "the source is left out and looked at again each minute"

// warn logs what is wrong with a source, once for each reason, until it is right. A subject is what may be wrong.
func (w *Workers) warn(subject, name, message string, err error) {
	w.say(subject, message, err, zap.String("source", name))
}

// drop ends the worker of a source that was disconnected. The steps that run store what they have, as they do when a process stops. Their
// next attempts say why the sync goes on no more.
func (w *Workers) drop(name string, one worker.Worker) {
	w.mu.Lock()
	delete(w.serving, name)
	w.mu.Unlock()
	delete(w.said, name)
	w.host.sources.forget(name)
	w.host.logger.Info("the source was disconnected, so it is served no more", zap.String("source", name))
	w.busy.Go(func() {
		w.stop(one)
		if err := fault.Caught(func() error { return w.tell(name) }); err != nil {
			w.host.logger.Warn("a sync of a source that was disconnected cannot be told", zap.String("source", name), zap.Error(err))
		}
	})
}

// tell answers each step of the sync that runs that its source was disconnected, until the sync ends: its activities find the source no more.
// Without an answer a step would wait in its queue, and nobody would know what for.
func (w *Workers) tell(name string) error {
	if !w.syncRuns(name) {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || w.serving[name] != nil {
		return nil
	}
	one, err := w.poll(name)
	if err == nil {
		w.telling[name] = one
	}
	return err
}

// hush ends what tell began.
func (w *Workers) hush(name string, one worker.Worker) {
	w.mu.Lock()
	delete(w.telling, name)
	w.mu.Unlock()
	w.stop(one)
}

// syncRuns says whether a sync of the source is open, or may be.
func (w *Workers) syncRuns(name string) bool {
	ctx, cancel := context.WithTimeout(w.life, clusterTimeout)
	defer cancel()
	answer, err := w.client.DescribeWorkflowExecution(ctx, workflows.SyncID(name), "")
	if errors.As(err, new(*serviceerror.NotFound)) {
		return false
	}
	return err != nil || answer.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
}

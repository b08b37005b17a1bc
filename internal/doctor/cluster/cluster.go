// Package cluster judges what Temporal has told about itself: namespace, retention, search attributes, and the workers of a source.
package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/spelling"
)

// Facts are what was asked of Temporal. Where a question failed, its error says why.
type Facts struct {
	Namespace    string
	Active       bool // it is registered, and neither deprecated nor deleted
	Retention    time.Duration
	NamespaceErr error

	Wanted        map[string]string // the search attributes of Longhaul -> their types
	Known         map[string]string // those of the namespace
	Listed        bool              // false where this Temporal does not list them
	AttributesErr error

	Source     string
	Sources    []string // in the settings of the worker that answers
	Me         doctor.Worker
	Workers    []doctor.Worker // that poll for the source; Me is among them
	WorkersErr error
	Candidate  bool // nobody serves the source until it is saved
	Serves     bool // Me serves the source, whatever Temporal says
	Unbegun    bool // none of Workers has begun the question
}

// Others are the workers beside the one that answers. Where that one served the source lately, it polled with another label.
func (f Facts) Others() []doctor.Worker {
	return slices.DeleteFunc(slices.Clone(f.Workers), func(w doctor.Worker) bool {
		return w.Label() == f.Me.Label() || !f.Serves && w.Identity == f.Me.Identity
	})
}

// leastRetention is under which a result may be gone before somebody looks for it: a first sync that ends on a Friday is looked at
// on Monday.
const leastRetention = 7 * 24 * time.Hour

// bestRetention is what serve and docker-compose.yml set.
const bestRetention = 30 * 24 * time.Hour

// Check judges the facts.
func Check(f Facts) []doctor.Finding {
	return []doctor.Finding{namespace(f), retention(f), attributes(f), workers(f)}
}

func row(id, title, where string) doctor.Finding {
	return doctor.Finding{ID: "temporal." + id, Title: "Temporal: " + title, Where: where}
}

func namespace(f Facts) doctor.Finding {
	r := row("namespace", "namespace", "TEMPORAL_NAMESPACE")
	switch {
	case f.NamespaceErr != nil:
		return r.Failed(f.NamespaceErr, "no sync can begin", "check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE of the worker")
	case !f.Active:
		return r.Failed(&fault.Error{
			Class: fault.Invalid, System: fault.Temporal, Message: fmt.Sprintf("the namespace %s is deprecated or deleted", f.Namespace),
		}, "no sync can begin", "use another namespace")
	}
	r.Status, r.Found = doctor.Pass, f.Namespace
	return r
}

func retention(f Facts) doctor.Finding {
	r := row("retention", "retention", "temporal operator namespace update")
	switch {
	case f.NamespaceErr != nil:
		return r.SkippedFor("the namespace was not described")
	case f.Retention < leastRetention:
		r.Status, r.Found = doctor.Warn, fmt.Sprintf("ended syncs are kept for %s", days(f.Retention))
		r.Cost = "the UI and status forget a sync that ended earlier; its record in the bucket stays"
		r.Fix = fmt.Sprintf("run `temporal operator namespace update --namespace %s --retention %dd`", f.Namespace, int(bestRetention.Hours()/24))
		return r
	}
	r.Status, r.Found = doctor.Pass, fmt.Sprintf("ended syncs are kept for %s", days(f.Retention))
	return r
}

func attributes(f Facts) doctor.Finding {
	r := row("search_attributes", "search attributes", "temporal operator search-attribute")
	switch {
	case f.AttributesErr != nil:
		r.Status, r.Found = doctor.Warn, fault.Short(fault.Sentence(f.AttributesErr), 300)
		r.Cost = "syncs may not be found by source, phase, outcome or coverage"
		r.Fix = "check that the worker may list the search attributes of the namespace"
		return r
	case !f.Listed:
		return r.SkippedFor("this Temporal does not list its search attributes, so a sync sets none")
	}
	var missing, wrong, remove, commands []string
	for _, name := range slices.Sorted(maps.Keys(f.Wanted)) {
		switch known, there := f.Known[name]; {
		case !there:
			missing = append(missing, name)
			commands = append(commands, fmt.Sprintf("--name %s --type %s", name, f.Wanted[name]))
		case known != f.Wanted[name]:
			wrong = append(wrong, fmt.Sprintf("%s is of type %s in place of %s", name, known, f.Wanted[name]))
			remove = append(remove, "--name "+name)
			commands = append(commands, fmt.Sprintf("--name %s --type %s", name, f.Wanted[name]))
		}
	}
	if len(missing)+len(wrong) == 0 {
		r.Status, r.Found = doctor.Pass, humanize.List(slices.Sorted(maps.Keys(f.Wanted)))
		return r
	}
	r.Status = doctor.Warn
	create := fmt.Sprintf("`temporal operator search-attribute create --namespace %s %s`", f.Namespace, strings.Join(commands, " "))
	r.Fix = "run " + create
	if len(missing) > 0 {
		r.Found = humanize.List(missing) + " " + isAre(len(missing)) + " missing"
	}
	if len(wrong) > 0 {
		r.Found = strings.TrimPrefix(r.Found+"; "+strings.Join(wrong, ", "), "; ")
		r.Fix = fmt.Sprintf("if no other program uses what is of another type, run `temporal operator search-attribute remove --namespace %s %s`, then %s",
			f.Namespace, strings.Join(remove, " "), create)
	}
	r.Cost = "syncs cannot be found by what is missing"
	return r
}

// days is a retention as people set it.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return humanize.Count(int64(d/time.Hour), "hour")
	}
	return humanize.Count(int64(d/day), "day")
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// Unserved is the row where no worker polls for the source. known are the sources that the worker which answers has; nil where none does.
func Unserved(source string, known []string) doctor.Finding {
	r := row("workers", "workers", "sources."+source)
	found := "no worker serves source " + source
	if len(known) > 0 && !slices.Contains(known, source) {
		found += "; the worker that answers knows " + humanize.List(known)
		if near := spelling.Nearest(source, known); near != "" {
			found += ": did you mean " + near + "?"
		}
	}
	return r.Failed(&fault.Error{
		Class: fault.Transient, System: fault.Temporal, Message: found,
	}, "a sync waits until a worker serves the source", "check the name of the source, connect it if it is not connected any more, or start a worker (longhaul serve or longhaul-worker) with its "+
		"settings and secrets; a worker that has them and leaves the source out says why in its log")
}

// unbegun is the row where those that polled for the source lately left the question to another worker.
func unbegun(f Facts) doctor.Finding {
	r := Unserved(f.Source, f.Sources)
	if others := f.Others(); len(others) > 0 {
		r.Found += fmt.Sprintf("; %s that polled for it within the last %.0f s began no question, so stopped or is busy: %s",
			humanize.Count(int64(len(others)), "worker"), doctor.Memory.Seconds(), names(others))
	}
	return r
}

func workers(f Facts) doctor.Finding {
	r := row("workers", "workers", "the settings of each worker")
	if f.Candidate {
		return r.SkippedFor("workers serve the source once it is saved")
	}
	switch {
	case f.Unbegun && !f.Serves:
		return unbegun(f)
	case f.WorkersErr != nil:
		r.Status, r.Found = doctor.Warn, "Temporal does not say which workers serve the source"
		r.Cost, r.Fix = "it is not known whether other workers have the same settings", "check that the worker may describe task queues"
		return r
	case len(f.Workers) == 0:
		return Unserved(f.Source, f.Sources)
	}
	r.Found = fmt.Sprintf("%s serve%s the source, by what polled within the last %.0f s: %s",
		humanize.Count(int64(len(f.Workers)), "worker"), third(len(f.Workers)), doctor.Memory.Seconds(), names(f.Workers))
	r.Status = doctor.Pass
	switch {
	case differ(f.Workers, func(w doctor.Worker) string { return w.Settings }):
		r.Status, r.Cost = doctor.Warn, "a step that a worker with other settings gets is handed on, or reads or delivers otherwise"
		r.Fix = "give all workers the same settings for the source and the same storage"
	case differ(f.Workers, func(w doctor.Worker) string { return w.Version }):
		r.Status, r.Cost = doctor.Warn, "a sync may change between versions while it runs"
		r.Fix = "give all workers the same version"
	}
	return r
}

func third(n int) string {
	if n == 1 {
		return "s"
	}
	return ""
}

// differ says whether workers differ in something that each of them tells. One that may have stopped is not compared.
func differ(workers []doctor.Worker, in func(doctor.Worker) string) bool {
	first := ""
	for _, w := range workers {
		value := in(w)
		switch {
		case value == "" || w.Stale:
		case first == "":
			first = value
		case value != first:
			return true
		}
	}
	return false
}

// mostShown bounds how many workers a row names.
const mostShown = 20

func names(workers []doctor.Worker) string {
	var all []string
	for _, w := range workers[:min(len(workers), mostShown)] {
		about := strings.Trim(strings.Join([]string{w.Version, "settings " + w.Settings}, ", "), ", ")
		if w.Settings == "" {
			about = w.Version
		}
		if about != "" {
			about = " (" + about + ")"
		}
		all = append(all, w.Identity+about)
	}
	if more := len(workers) - mostShown; more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}

package exam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/doctor/rights"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/salesforce"
)

const (
	// ofPart bounds each part that asks something else than Salesforce.
	ofPart = 12 * time.Second
	// ofLast is how much earlier than the whole the time of a part ends, so that it says itself what did not answer.
	ofLast = time.Second
)

// part is a part of an examination.
type part struct {
	about  string // what it asks, for who reads that it gave no answer
	thing  string // the same, told apart from that of all other subjects of this process
	most   time.Duration
	ask    func(context.Context) []doctor.Finding
	silent func(*hang.Error) []doctor.Finding // the rows where it does not end; nil: a row about the check itself
}

// parts are those that the subject has, in the order of their rows.
func (s Subject) parts(meter *salesforce.Meter) []part {
	all := []part{{
		about: "Salesforce", most: Longest,
		ask: func(ctx context.Context) []doctor.Finding { return s.salesforce(ctx, meter) },
	}}
	for _, one := range s.Exports {
		all = append(all, part{
			about: "export " + one.Name(), most: ofPart,
			ask: func(ctx context.Context) []doctor.Finding { return examine(ctx, one) },
		})
	}
	if s.Store != nil {
		all = append(all, part{
			about: "the bucket " + s.Store.Name(), most: ofPart,
			ask:    func(ctx context.Context) []doctor.Finding { return rights.Check(ctx, s.Store) },
			silent: func(err *hang.Error) []doctor.Finding { return rights.Unanswered(s.Store, err) },
		})
	}
	if s.Cluster != nil {
		all = append(all, part{
			about: "Temporal", most: ofPart,
			ask: func(ctx context.Context) []doctor.Finding { return cluster.Check(s.Cluster(ctx)) },
		})
	}
	for i := range all {
		all[i].thing = fmt.Sprintf("check of %s at %s: %s", s.Source.Name, s.BaseURL, all[i].about)
	}
	return all
}

// run asks, and gives the rows. It ends with ctx.
func (p part) run(ctx context.Context) []doctor.Finding {
	rows, err := hang.Ask(ctx, p.thing, func() ([]doctor.Finding, error) {
		most := p.most
		if end, bounded := ctx.Deadline(); bounded { // it may have waited for another check of the source
			most = min(most, time.Until(end)-ofLast)
		}
		ctx, cancel := context.WithTimeout(ctx, most)
		defer cancel()
		return p.ask(ctx), nil
	})
	silent, hangs := errors.AsType[*hang.Error](err)
	switch {
	case err == nil:
		return rows
	case hangs && p.silent != nil:
		return p.silent(silent)
	case hangs:
		err = &fault.Error{
			Class: fault.Transient, System: fault.Longhaul, Err: err, Message: fmt.Sprintf("%s %s, and the rows about it are missing", p.about, silent),
		}
	}
	row := doctor.Finding{ID: "check", Title: "The check itself", Where: "the worker's log"}
	return []doctor.Finding{row.Failed(err, "some rows are missing", "report it with the version of the worker")}
}

package org

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// row is a finding that is being written.
type row struct{ doctor.Finding }

// about begins the row of a question.
func about(id, title string) row { return row{doctor.Finding{ID: id, Title: title}} }

// pass says what was found, and that nothing need be changed.
func (r row) pass(found string, args ...any) doctor.Finding {
	r.Status, r.Found = doctor.Pass, fmt.Sprintf(found, args...)
	return r.Finding
}

// warn says what was found, and what a sync loses by it.
func (r row) warn(found, cost, fix, where string) doctor.Finding {
	r.Status, r.Found, r.Cost, r.Fix, r.Where = doctor.Warn, found, cost, fix, where
	return r.Finding
}

// skip says why the question was not asked.
func (r row) skip(because string) doctor.Finding {
	r.Status, r.Found = doctor.Skipped, "not asked: "+because
	return r.Finding
}

// count adds a number.
func count(f doctor.Finding, n int64, kind doctor.CountKind) doctor.Finding {
	f.Count = &doctor.Count{Count: n, Kind: kind}
	return f
}

// fail turns an error into a row: a sync would fail by it, or block.
func (r row) fail(err error, cost string) doctor.Finding {
	r.Status, r.Cost, r.Class, r.System = doctor.Fail, cost, fault.Transient, fault.Salesforce
	if f := fault.From(err); f != nil {
		r.Class, r.System = f.Class, f.System
	}
	r.Found, r.Fix, r.Where = words(err)
	return r.Finding
}

// unanswered turns the error of a question into a row: of one that says nothing of a sync, a warning.
func (r row) unanswered(err error, cost string) doctor.Finding {
	e, _ := errors.AsType[*salesforce.Error](err)
	switch {
	case errors.Is(err, salesforce.ErrBudgetSpent):
		return r.skip(fmt.Sprintf("a check makes at most %d API calls, and they are made", MaxCalls))
	case fault.Is(err, fault.QuotaExhausted):
		return r.skip("the org has used up its daily API requests")
	case e != nil && e.Whole && e.Class != fault.Throttled:
		return r.fail(err, cmp.Or(cost, "a sync is refused in the same way"))
	}
	found, fix, where := words(err)
	if fault.Is(err, fault.Throttled) { // of which a sync takes care by itself
		fix, where = "run the check again in a minute", ""
	}
	return r.warn(found, cost, fix, where)
}

// words are what happened, what to change and where, in the words of an error.
func words(err error) (found, fix, where string) {
	if ended(err) {
		return "no answer came in time", "run the check again; if it stays so, look at network and proxy, and whether Salesforce is in trouble " +
			"(status.salesforce.com)", ""
	}
	sentence := fault.Sentence(err)
	if f := fault.From(err); f != nil && f.System == fault.Salesforce { // what lies below is for engineers
		sentence = f.Message
	}
	e, answered := errors.AsType[*salesforce.Error](err)
	switch found, fix = fault.Halves(sentence); {
	case answered && e.Sentence == "": // Salesforce's own words, which say nothing of what to change
		found, fix = sentence, "look these words up in Salesforce Help, or ask an administrator of the org"
	case fix == "":
		fix = "look into the log of the worker that answered"
	}
	if answered {
		where = e.Where()
	}
	return found, fix, where
}

// ended reports whether a question was given up because its time was over.
func ended(err error) bool {
	return fault.From(err) == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled))
}

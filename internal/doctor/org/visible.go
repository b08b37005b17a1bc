package org

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/salesforce/place"
)

// showing are the permissions that show all records of a kind, those in other users' private folders apart.
var showing = map[listing.Kind][]string{
	listing.Folders:    {viewPublicReports, viewPublicDashboards},
	listing.Reports:    {viewPublicReports},
	listing.Dashboards: {viewPublicDashboards},
	listing.Users:      {viewAllUsers},
}

// hides reports whether the run-as user may not see all reports and dashboards, so that the record counts tell something.
func (f *facts) hides() bool {
	return f.has(viewPublicReports) != granted || f.has(viewPublicDashboards) != granted || f.has(manageAllPrivate) != granted
}

// seesAll reports whether the run-as user sees all records of a kind, those in other users' private folders apart.
func (f sight) seesAll(k listing.Kind) bool { return len(f.wanting(k)) == 0 }

// wanting are the labels of the permissions that would show all records of a kind and are not known to be granted.
func (f sight) wanting(k listing.Kind) []string {
	var labels []string
	for _, name := range showing[k] {
		if p, _ := permission.Find(name); f.has(name) != granted {
			labels = append(labels, strconv.Quote(p.Label))
		}
	}
	return labels
}

// closed reports whether the run-as user may not read the records of a kind at all. That there are too many to count closes none: a sync
// reads them page by page.
func closed(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.Class == fault.PermissionMissing && e.Code != "OPERATION_TOO_LARGE"
}

// number writes a number of records of a kind.
func number(n int64, k listing.Kind) string {
	return humanize.Count(n, strings.TrimSuffix(string(k), "s"))
}

func (f sight) visibleRow(k listing.Kind) doctor.Finding {
	r := about("visible."+string(k), "Visible "+string(k))
	n := f.visible[k]
	switch {
	case f.because() != "":
		return r.skip(f.because())
	case closed(n.err):
		failed := r.fail(n.err, "a sync ends where it lists "+string(k))
		failed.Where = cmp.Or(failed.Where, place.Sets)
		return failed
	case n.err != nil:
		return r.unanswered(n.err, "how many a sync reads is not known")
	case n.value == 0 && k == listing.Reports:
		return count(r.warn("the run-as user sees no report", "a sync has nothing to read",
			"share the folders of reports with the run-as user, or give it "+strings.Join(f.wanting(k), " and "), place.Permissions), 0, doctor.Exact)
	case f.seesAll(k):
		all := "which is all of them"
		if k == listing.Reports || k == listing.Dashboards {
			all = "all but those in other users' private folders"
		}
		return count(r.pass("%s, %s", number(n.value, k), all), n.value, doctor.Exact)
	case k != listing.Reports && k != listing.Dashboards:
		return count(r.pass("%s; the org has at least as many", number(n.value, k)), n.value, doctor.AtLeast)
	default:
		return count(r.warn(fmt.Sprintf("%s; %s", number(n.value, k), f.inAll(k)), "a sync reads no others",
			"tick "+strings.Join(f.wanting(k), " and ")+", as said above", ""), n.value, doctor.AtLeast)
	}
}

// inAll says how many the org has, as far as that can be told of records that are hidden.
func (f sight) inAll(k listing.Kind) string {
	if _, total, told := f.unseen(k); told {
		return "the org has about " + humanize.Number(total) + f.privateToo(k)
	}
	return "how many the org has cannot be counted without " + strings.Join(f.wanting(k), " and ")
}

func (f sight) hiddenRow(k listing.Kind) doctor.Finding {
	r := about("hidden."+string(k), "Hidden "+string(k))
	wanting := strings.Join(f.wanting(k), " and ")
	hidden, total, told := f.unseen(k)
	fix := "tick " + wanting + ", as said above" // in the row of each
	switch {
	case f.because() != "":
		return r.skip(f.because())
	case f.seesAll(k) && (k == listing.Users || k == listing.Folders):
		return count(r.pass("none"), 0, doctor.Exact)
	case f.seesAll(k):
		return count(r.pass("none, those in other users' private folders apart"), 0, doctor.Exact)
	case told && hidden == 0:
		return count(r.pass("none, as far as the record counts of the org tell (about %s in all)", number(total, k)), 0, doctor.About)
	case told:
		return count(r.warn(fmt.Sprintf("about %s of about %s%s", humanize.Number(hidden), number(total, k), f.privateToo(k)),
			"a sync does not read them", fix, ""), hidden, doctor.About)
	case k == listing.Users || k == listing.Folders, f.listed.known():
		return count(r.warn("they cannot be counted without "+wanting, "how much a sync misses is not known", fix, ""), 0, doctor.Unknown)
	case f.listed.asked:
		unanswered := r.unanswered(f.listed.err, "how much a sync misses is not known")
		unanswered.Found = "they cannot be counted without " + wanting + ": " + unanswered.Found
		return count(unanswered, 0, doctor.Unknown)
	default:
		return count(r.warn("they cannot be counted without "+wanting+`, nor roughly without "View Setup and Configuration"`,
			"how much a sync misses is not known", fix, ""), 0, doctor.Unknown)
	}
}

// unseen is about how many records of a kind the org has and the run-as user does not see, by the record counts of the org. They count
// private reports too, which are left out of the number where theirs is known.
func (f sight) unseen(k listing.Kind) (hidden, total int64, told bool) {
	total, told = f.listed.value[k.Object()]
	if !told || !f.listed.known() || !f.visible[k].known() {
		return 0, 0, false
	}
	hidden = total - f.visible[k].value
	if k == listing.Reports && f.private.known() {
		hidden -= f.private.value
		total -= f.private.value
	}
	return max(hidden, 0), total, true
}

// privateToo is the end of a sentence where the number includes what lies in private folders: the private reports alone are counted.
func (f sight) privateToo(k listing.Kind) string {
	if k == listing.Reports && f.private.known() {
		return ""
	}
	return ", those in other users' private folders among them"
}

func (f sight) privateRow() doctor.Finding {
	r := about("private.reports", "Private reports")
	if f.because() != "" {
		return r.skip(f.because())
	}
	what := "left out by scope.private: false"
	if f.Private {
		what = "read, as scope.private: true asks"
	}
	hidden, _, told := f.unseen(listing.Reports)
	found := count(r.pass(`%s: unknown; they cannot be counted without "Manage All Private Reports and Dashboards"`, what), 0, doctor.Unknown)
	switch {
	case f.private.known():
		found = count(r.pass("%s: %s", what, number(f.private.value, listing.Reports)), f.private.value, doctor.Exact)
	case f.private.asked:
		found = count(r.unanswered(f.private.err, ""), 0, doctor.Unknown)
	case told && f.seesAll(listing.Reports):
		found = count(r.pass("%s: about %s", what, number(hidden, listing.Reports)), hidden, doctor.About)
	}
	found.Where = "scope.private in the settings of the source"
	return found
}

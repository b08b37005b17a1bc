package org

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/salesforce/place"
)

// Permissions that questions depend on.
const (
	runReports           = "RunReports"
	viewPublicReports    = "ViewPublicReports"
	viewPublicDashboards = "ViewPublicDashboards"
	manageAllPrivate     = permission.ManageAllPrivate
	viewSetup            = "ViewSetup"
)

// holding says whether the run-as user has a permission.
type holding int

const (
	unread holding = iota // it could not be read, or the org does not have it
	lacking
	granted
)

func (f *facts) has(name string) holding {
	switch has, known := f.rights.value.Has(name); {
	case !f.rights.known() || !known:
		return unread
	case has:
		return granted
	default:
		return lacking
	}
}

func (f rights) permissionRow(p permission.Permission) doctor.Finding {
	r := about("permission."+p.Name, p.Label)
	if because := f.because(); because != "" {
		return r.skip(because)
	}
	fix, where := fmt.Sprintf("tick %q", p.Label), f.tick()
	if p.Unused {
		fix = "nothing; " + fix + " if Salesforce demands it beside another one"
	}
	switch f.has(p.Name) {
	case granted:
		return r.pass("granted, %s", p.Purpose)
	case unread:
		return r.warn("it cannot be read whether the run-as user has it; it is "+p.Purpose, "if it is missing, "+p.Cost, fix, where)
	case lacking:
	}
	found, cost := "missing; it is "+p.Purpose, p.Cost
	switch {
	case p.Needed, p.Name == manageAllPrivate && f.Private:
		failed := r.fail(&fault.Error{Class: fault.PermissionMissing, System: fault.Salesforce, Message: found}, cost)
		if p.Name == manageAllPrivate {
			failed.Cost = "scope.private asks for private reports, which cannot be read without it, so a sync fails; " + cost
			fix += ", or set scope.private to false"
		}
		failed.Found, failed.Fix, failed.Where = found, fix, where
		return failed
	case slices.Contains(f.AcceptMissing, p.Name):
		cost += ", as accept_missing allows"
	case p.Decides:
		cost += "; a first sync is held until somebody approves to go on without it (accept_missing allows it for good)"
		r.Holds = true
	}
	return r.warn(found, cost, fix, where)
}

// tick is where a permission of the run-as user is ticked: in its permission set, as far as that is known.
func (f *facts) tick() string {
	var labels []string
	for _, set := range f.sets.value {
		if !set.OfProfile && !f.unfit(set) {
			labels = append(labels, strconv.Quote(set.Label))
		}
	}
	switch {
	case !f.sets.known():
		return place.Tick("") + "; where the user has no set: " + place.NewSet
	case len(labels) == 0:
		return place.NewSet + "; then " + place.Tick("")
	case len(labels) == 1:
		return place.Tick(labels[0])
	}
	return place.Tick("(one of " + humanize.List(labels[:min(len(labels), mostSets)]) + ")")
}

// excessNames are the permissions that are read only to warn of them.
func excessNames() []string {
	names := make([]string, 0, len(permission.Excess))
	for _, p := range permission.Excess {
		names = append(names, p.Name)
	}
	return names
}

func (f rights) excessRow() doctor.Finding {
	r := about("permission.excess", "Permissions that Longhaul never uses")
	switch {
	case f.because() != "":
		return r.skip(f.because())
	case !f.rights.known():
		return r.skip("the run-as user may not read its permissions")
	}
	var names []string
	customizes := false
	for _, p := range permission.Excess {
		if f.has(p.Name) == granted {
			names = append(names, strconv.Quote(p.Label)+" ("+p.Purpose+")")
			customizes = customizes || p.Name == "CustomizeApplication"
		}
	}
	if len(names) == 0 {
		return r.pass("none of those that change something or see everything")
	}
	fix, where := f.givers()
	fix += ", or give the app a user of its own"
	if customizes {
		fix += `; without "Customize Application" the files lack the namespace of reports from packages, and nothing else`
	}
	return r.warn("the run-as user has "+humanize.List(names), "a sync loses nothing; whoever gets hold of the app's secret can do the same",
		fix, where)
}

// givers says what gives the run-as user its permissions, as far as that is known, and where to take some away: its profile where it has no
// set, and else its profile or one of its sets.
func (f rights) givers() (fix, where string) {
	profile := f.user.value.Profile
	var named, places []string
	if profile != "" {
		named, places = append(named, "profile "+strconv.Quote(profile)), append(places, place.OfProfile(strconv.Quote(profile)))
	}
	for _, set := range f.sets.value {
		if !set.OfProfile {
			named = append(named, "permission set "+strconv.Quote(set.Label))
			places = append(places, place.OfSet(strconv.Quote(set.Label)))
		}
	}
	switch {
	case !f.sets.known() && profile != "":
		return named[0] + " or a permission set of the user gives them: take them out there", place.Assigned
	case !f.sets.known() || profile == "":
		return "take them out of the profile or the permission set of the user that gives them", place.Assigned
	case len(named) == 1:
		return named[0] + " gives them, as the user has no permission set: give the user another profile, or take them out of this one", places[0]
	case len(named) > mostSets:
		return fmt.Sprintf("%s or one of the user's %d permission sets gives them: take them out there", named[0], len(named)-1), place.Assigned
	}
	return "the user has what it may from " + humanize.List(named) + ": take them out where they are ticked", strings.Join(places, "; ")
}

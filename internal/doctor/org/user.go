package org

import (
	"fmt"
	"strconv"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/place"
)

func (f account) runAsRow() doctor.Finding {
	r := about("run_as", "The run-as user")
	const cost = "what a sync may read depends on this user"
	switch u := f.user.value; {
	case f.because() != "":
		return r.skip(f.because())
	case f.user.err != nil:
		return r.unanswered(f.user.err, cost)
	case !u.IsActive:
		failed := r.fail(&fault.Error{Class: fault.LoginRefused, System: fault.Salesforce, Message: "the user is not active"},
			"no sync can log in for long")
		failed.Found = fmt.Sprintf("user %s (%s) is not active", u.ID, u.Username)
		failed.Fix, failed.Where = "activate the user", place.Activity
		return failed
	case u.Type != "" && u.Type != "Standard":
		how, where := f.anotherUser()
		return r.warn(fmt.Sprintf("user %s (%s) is active and of the type %s", u.ID, u.Username, u.Type), cost+": a user of this type sees few reports",
			"use a user of the company, with a Salesforce licence"+how, where)
	default:
		return r.pass("user %s (%s), active", u.ID, u.Username)
	}
}

// anotherUser says how the login gets another user, and where. The Client Credentials Flow alone has its user in the app.
func (f *facts) anotherUser() (how, where string) {
	switch f.Auth {
	case salesforce.AuthJWTBearer:
		return ": set username to its username, and pre-authorise its profile or permission set in the app's policies", place.Permitted
	case salesforce.AuthPassword:
		return ": set username and password to its own", place.User
	default:
		return "", place.RunAs
	}
}

func (f account) licenceRow() doctor.Finding {
	r := about("run_as.licence", "Licence and profile of the run-as user")
	switch u := f.user.value; {
	case f.because() != "":
		return r.skip(f.because())
	case f.user.err != nil:
		return r.skip("the user could not be read")
	case u.License == "" && u.Profile == "":
		return r.skip("the run-as user may not see its own profile")
	case u.License == "":
		return r.pass("profile %q; the run-as user may not see the licence", u.Profile)
	default:
		return r.pass("licence %q, profile %q", u.License, u.Profile)
	}
}

// unfit reports whether a set was made for another licence than the user's.
func (f *facts) unfit(set salesforce.PermissionSet) bool {
	return set.UserLicense && f.user.value.License != "" && set.License != f.user.value.License
}

// mostSets is how many permission sets are named.
const mostSets = 5

func (f account) setsRow() doctor.Finding {
	r := about("run_as.permission_sets", "Permission sets of the run-as user")
	switch {
	case f.because() != "":
		return r.skip(f.because())
	case !f.sets.asked:
		return r.skip(`they are seen with "View Setup and Configuration" only`)
	case f.sets.err != nil:
		return r.unanswered(f.sets.err, "whether the licences fit is not known")
	}
	var names, other []string
	for _, set := range f.sets.value {
		if set.OfProfile {
			continue
		}
		name := strconv.Quote(set.Label)
		if set.License != "" {
			name += fmt.Sprintf(" (licence %q)", set.License)
		}
		names = append(names, name)
		if f.unfit(set) {
			other = append(other, name)
		}
	}
	if len(names) > mostSets {
		names = append(names[:mostSets:mostSets], humanize.Number(int64(len(names)-mostSets))+" more")
	}
	switch {
	case len(other) > 0:
		return r.warn(fmt.Sprintf("%s: made for another licence than the user's, which is %q", humanize.List(other), f.user.value.License),
			"the permissions of such a set may not count", "clone a permission set with the user's licence, or make one without a licence, "+
				"and assign it in place of this one", place.Sets+" > Manage Assignments")
	case len(names) == 0:
		return r.pass("none beside the one of the profile, which then gives all permissions")
	default:
		return r.pass("%s", humanize.List(names))
	}
}

package guard

import (
	"slices"

	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/warning"
)

// Permissions returns the concerns about permissions that decide what a sync sees and that are missing, although the sync it
// is compared with did not lack them. A sync that is compared with none, or with one of another org, must lack none. A
// permission that is not known is not missing, and one that the settings accept as missing is no concern. Where no sync can do
// without one of them, nobody is asked to approve any.
func Permissions(in Input) []Concern {
	var lost, missing []permission.Permission
	same := in.HasLast && in.Last.Identity.OrgID == in.Identity.OrgID
	for _, right := range permission.All {
		if has, known := in.Permissions[right.Name]; !known || has || slices.Contains(in.AcceptMissing, right.Name) {
			continue
		}
		had, known := in.Last.Permissions[right.Name]
		switch {
		case same && known && had:
			lost = append(lost, right)
		case same && known: // the sync before lacked it too
		case right.Decides:
			missing = append(missing, right)
		}
	}
	var concerns []Concern
	vital := slices.ContainsFunc(slices.Concat(missing, lost), func(right permission.Permission) bool { return right.Needed })
	if len(missing) > 0 {
		c := Concern{Found: warning.New(ConcernPermissionMissing, names(missing)), Vital: vital}
		c.Do = "give the run-as user " + these(missing) + ", discard this sync and start it again"
		if !vital {
			c.Do += ", or approve to continue without " + them(missing)
		}
		c.Do += " (" + in.listed() + " without " + them(missing) + ")"
		concerns = append(concerns, c)
	}
	if len(lost) > 0 {
		c := Concern{Found: warning.New(ConcernPermissionLost, names(lost)), Vital: vital}
		switch {
		case vital:
			c.Do = "discard this sync, give " + them(lost) + " back and start it again"
		case len(lost) == 1:
			c.Do = "if it was taken away on purpose, approve; else discard, give it back and start again"
		default:
			c.Do = "if they were taken away on purpose, approve; else discard, give them back and start again"
		}
		concerns = append(concerns, c)
	}
	return concerns
}

// them stands for the permissions.
func them(rights []permission.Permission) string {
	if len(rights) == 1 {
		return "it"
	}
	return "them"
}

// these names the permissions in a fix.
func these(rights []permission.Permission) string {
	if len(rights) == 1 {
		return "this permission"
	}
	return "these permissions"
}

// listed says how little a sync may have seen.
func (in *Input) listed() string {
	return humanize.Count(in.Kinds[listing.Reports], "report") + " and " + humanize.Count(in.Kinds[listing.Dashboards], "dashboard") + " were listed"
}

// names are the short names of permissions.
func names(rights []permission.Permission) warning.Params {
	var all []string
	for _, right := range rights {
		all = append(all, right.Name)
	}
	return warning.Params{"permissions": warning.List(all)}
}

package session

import "longhaul/internal/fault"

// Owner is the org and the user that a client reads as. A nil Owner is any.
type Owner struct{ Org, User string }

// Orgs is the org of the owner, as the only one that may answer; none where any may.
func (o *Owner) Orgs() []string {
	if o == nil {
		return nil
	}
	return []string{o.Org}
}

func (o *Owner) owns(g *Grant) bool {
	return o == nil || g.Identity.OrgID == o.Org && g.Identity.UserID == o.User
}

// check refuses a grant of another owner.
func (o *Owner) check(g *Grant) error {
	if o.owns(g) {
		return nil
	}
	other := "run-as user"
	if g.Identity.OrgID != o.Org {
		other = "org"
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Salesforce,
		Message: "base_url or the credentials of this worker now lead to another " + other + " than this sync began with: " +
			"put them back, or cancel the sync and start it again",
	}
}

package salesforce

import "longhaul/internal/fault"

// owner is the org and the user that a client reads. None is as good as any.
type owner struct{ org, user string }

// As gives the client for one sync: every request goes by a session of that org and that user, or fails as invalid.
func (c *Client) As(org, user string) *Client {
	bound := *c
	bound.owner = &owner{org, user}
	bound.stack = bearer{c.session, bound.owner, c.open}
	return &bound
}

// orgs is the org of the owner, as the only one that may answer; none where any may.
func (o *owner) orgs() []string {
	if o == nil {
		return nil
	}
	return []string{o.org}
}

// owns says whether a grant is of the owner.
func (o *owner) owns(g *grant) bool {
	return o == nil || g.identity.OrgID == o.org && g.identity.UserID == o.user
}

// refuse gives the error for a grant that is not of the owner.
func (o *owner) refuse(g *grant) error {
	if o.owns(g) {
		return nil
	}
	other := "run-as user"
	if g.identity.OrgID != o.org {
		other = "org"
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Salesforce,
		Message: "base_url or the credentials of this worker now lead to another " + other + " than this sync began with: " +
			"put them back, or cancel the sync and start it again",
	}
}

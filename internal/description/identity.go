package description

// Format numbers the form of the records and descriptions in the bucket. A new number ends all reuse.
const Format = 1

// Identity is what must be the same for a description of an earlier sync to hold now: which org was read as whom.
type Identity struct {
	OrgID      string `json:"org_id"`
	APIVersion string `json:"api_version"`
	UserID     string `json:"user_id"`
	Locale     string `json:"locale"`
	Format     int    `json:"format"`
}

// Differs names in words the first thing in which two identities differ; empty when they are equal.
func (i Identity) Differs(j Identity) string {
	switch {
	case i.OrgID != j.OrgID:
		return "the org"
	case i.APIVersion != j.APIVersion:
		return "the API version"
	case i.UserID != j.UserID:
		return "the run-as user"
	case i.Locale != j.Locale:
		return "the run-as user's language"
	case i.Format != j.Format:
		return "the format of Longhaul's records"
	}
	return ""
}

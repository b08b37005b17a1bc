package description

const (
	// Format numbers the form of the records and descriptions that are written. It rises with a field that is added.
	Format = 1
	// LeastFormat is the lowest format that holds all that is read of a description today. It rises only where a reader needs a field
	// that older descriptions lack, which ends the reuse of those.
	LeastFormat = 1
)

// Identity is what must be the same for a description of an earlier sync to hold now: which org was read as whom.
type Identity struct {
	OrgID      string `json:"org_id"`
	APIVersion string `json:"api_version"`
	UserID     string `json:"user_id"`
	Locale     string `json:"locale"`
	Format     int    `json:"format"`
}

// Differs names in words the first thing for which what was described under i does not hold under j; empty where it holds.
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
	case i.Format < LeastFormat:
		return "the format of Longhaul's records"
	}
	return ""
}

package description

const (
	// Format numbers the form of the records and descriptions that this version writes. A new field gets a new number.
	Format = 1
	// LeastFormat is the oldest form that this version reads, so a new field does not end reuse. A sync writes its own Format
	// over lines that it reuses in an older form: where a reader needs more, LeastFormat becomes the new Format and no
	// number below it.
	LeastFormat = 1
)

// Identity is what decides whether a description of an earlier sync holds now: which org was read as whom, and in which form.
type Identity struct {
	OrgID      string `json:"org_id"`
	APIVersion string `json:"api_version"`
	UserID     string `json:"user_id"`
	Locale     string `json:"locale"`
	Format     int    `json:"format"`
}

// Differs names the first field, as it is stored, for which a description of an earlier sync, i, does not hold in a sync of now; empty when
// it holds. A newer format than that of now holds too: fields keep their names and meanings, and readers ignore what they do not know.
func (i Identity) Differs(now Identity) string {
	switch {
	case i.OrgID != now.OrgID:
		return "org_id"
	case i.APIVersion != now.APIVersion:
		return "api_version"
	case i.UserID != now.UserID:
		return "user_id"
	case i.Locale != now.Locale:
		return "locale"
	case i.Format < LeastFormat:
		return "format"
	}
	return ""
}

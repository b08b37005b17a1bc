package history

// Audit counts the reports of one type that were described again though their date stood still, since the whole type was last
// described again, or since as many were audited as the type has.
type Audit struct {
	Audited int64 `json:"audited"`
	Drifted int64 `json:"drifted,omitempty"` // whose columns had changed all the same
	Renew   bool  `json:"renew,omitempty"`   // so many that the next sync describes the whole type again
}

// When a whole type is described again.
const (
	manyAudited = 200 // reports, of which
	manyDrifted = 5   // have drifted
	// fewDrifted is enough of a type that has fewer reports than manyAudited, if none that was audited has not drifted.
	fewDrifted = 2
)

// After is the count of a type after one more sync, which has audited some of its reports. The type has so many reports in all.
func (a Audit) After(audited, drifted, reports int64) Audit {
	if a.Renew || a.Audited >= max(reports, manyAudited) {
		a = Audit{}
	}
	a.Audited, a.Drifted = a.Audited+audited, a.Drifted+drifted
	small := reports < manyAudited && a.Drifted >= fewDrifted && a.Drifted == a.Audited
	a.Renew = small || a.Audited >= manyAudited && a.Drifted >= manyDrifted
	return a
}

// Renewed are the report types that the sync after this one describes again as a whole.
func (r *Record) Renewed() map[string]bool {
	types := map[string]bool{}
	for name, a := range r.Audits {
		if a.Renew {
			types[name] = true
		}
	}
	return types
}

package churn

import "encoding/json"

// UnmarshalJSON reads a number, or an array of ids.
func (p *Picks) UnmarshalJSON(b []byte) error {
	*p = Picks{}
	if err := json.Unmarshal(b, &p.Number); err == nil {
		return nil
	}
	return json.Unmarshal(b, &p.IDs)
}

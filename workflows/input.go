package workflows

import (
	"bytes"
	"encoding/json"
	"fmt"

	"longhaul/internal/fault"
	"longhaul/internal/sourcename"
)

// Input starts a sync. People write it by hand, in the UI or after --input, so it is read with patience: the name of a
// source alone is enough, and what cannot be read is kept as a problem that the workflow reports in one sentence.
type Input struct {
	Source string `json:"source,omitempty"`
	Mode   Mode   `json:"mode,omitempty"`   // empty means auto
	Upload *bool  `json:"upload,omitempty"` // nil means true where the source has a catalog

	// Guard holds a sync that does not deliver as one that does, compared with the newest sync of the source of any kind.
	Guard bool `json:"guard,omitempty"`

	// State is what an earlier run of the same sync carried over by continue-as-new. Nobody else sets it.
	State *State `json:"state,omitempty"`

	problem string
}

// UnmarshalJSON reads an object, the name of a source as a string, or null. It never fails: see Input.
func (in *Input) UnmarshalJSON(data []byte) error {
	*in = Input{}
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, &in.Source)
	}
	var written struct {
		Source string          `json:"source"`
		Mode   Mode            `json:"mode"`
		Upload *bool           `json:"upload"`
		Guard  bool            `json:"guard"`
		State  json.RawMessage `json:"state"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&written); err != nil {
		in.problem = fmt.Sprintf(`the input must look like {"source":"acme","mode":"auto","upload":true}: %.200v`, err)
		return nil
	}
	in.Source, in.Mode, in.Upload, in.Guard = written.Source, written.Mode, written.Upload, written.Guard
	if len(written.State) > 0 {
		// The state is read leniently: a newer worker of a fleet may have added fields to it.
		if err := json.Unmarshal(written.State, &in.State); err != nil {
			in.problem = fmt.Sprintf("the state of the run before cannot be read: %.200v", err)
		}
	}
	return nil
}

// settle fills in what the workflow's id says and returns the sentence about what is wrong, or "".
func (in *Input) settle(workflowID string) (problem string) {
	if in.problem != "" {
		return in.problem
	}
	if in.Source == "" {
		in.Source, _ = SourceOfID(workflowID)
	}
	switch {
	case in.Source == "":
		return `no source is named: start the workflow with the id sync-<source> or with the input {"source":"<name>"}`
	case !validSource(in.Source):
		return fault.Sentence(sourcename.Check(in.Source))
	}
	switch in.Mode {
	case "":
		in.Mode = ModeAuto
	case ModeAuto, ModeFull:
	default:
		return fmt.Sprintf("%.20q is no mode: use auto or full", in.Mode)
	}
	return ""
}

// Package warning holds what people should know of a sync that goes on all the same: where it is stored a code with its
// parameters, where it is shown a sentence.
package warning

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/fault"
)

// MaxBytes is the most that a warning of New takes in JSON: warnings lie in payloads and in the state of a sync.
const MaxBytes = 800

// Warning is stored without its sentence, which every version makes anew. It never holds a secret, an e-mail or the name of a
// record.
type Warning struct {
	Code   Code      `json:"code"`
	Params Params    `json:"params,omitempty"`
	About  []Warning `json:"about,omitempty"` // what it comments on
}

// Params are what the sentence of a code names.
type Params map[string]string

// UnmarshalJSON reads whatever a later version writes: values of another type are kept as they are written.
func (p *Params) UnmarshalJSON(data []byte) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(data, &values); err != nil {
		values = map[string]json.RawMessage{"params": data}
	}
	*p = nil
	for name, value := range values {
		var text string
		if err := json.Unmarshal(value, &text); err != nil || bytes.Equal(value, []byte("null")) {
			text = string(value)
		}
		if *p == nil {
			*p = Params{}
		}
		(*p)[name] = text
	}
	return nil
}

// names are those of the parameters, sorted.
//
//workflowcheck:ignore
func (p Params) names() []string { return slices.Sorted(maps.Keys(p)) }

// New makes a warning, no longer than MaxBytes.
func New(code Code, params Params, about ...Warning) Warning {
	return Warning{Code: code, Params: params, About: about}.Bounded()
}

// Bounded cuts a warning to MaxBytes: the values of parameters first, then what it is about.
func (w Warning) Bounded() Warning {
	if w.Size() <= MaxBytes {
		return w
	}
	return w.cut(MaxBytes)
}

// What JSON writes beside names and values.
const (
	aroundParam  = len(`"":"",`)
	aroundParams = len(`,"params":{}`)
	aroundAbout  = len(`,"about":[]`)
	mostName     = 40 // of a code or a parameter
)

func (w Warning) cut(room int) Warning {
	short := Warning{Code: Code(fault.Clip(string(w.Code), mostName))}
	room -= short.Size() + aroundParams + aroundAbout
	for _, name := range w.Params.names() {
		of := room - aroundParam - sizeOf(name)
		if len(name) > mostName || of <= 0 {
			continue
		}
		if short.Params == nil {
			short.Params = Params{}
		}
		short.Params[name] = fault.Clip(w.Params[name], of)
		room = of - sizeOf(short.Params[name])
	}
	for _, one := range w.About {
		if one.Size() >= room {
			break
		}
		short.About = append(short.About, one)
		room -= one.Size() + 1
	}
	return short
}

// sizeOf is how long a text is in JSON, without the quotes.
func sizeOf(text string) int { return len(encoded(text)) - len(`""`) }

// Size is how long the warning is in JSON.
func (w Warning) Size() int { return len(encoded(w)) }

// Equal says whether two warnings say the same.
func (w Warning) Equal(other Warning) bool { return encoded(w) == encoded(other) }

func encoded(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "" // texts, maps of texts and lists of them: there is no error
	}
	return string(text)
}

// Sentence explains the warning to people. A code that only another version knows, or one whose parameters it does not have, is
// shown as it is stored.
func (w Warning) Sentence() string {
	if row, known := table[w.Code]; known {
		if text, whole := row.fill(w); whole {
			return text
		}
	}
	return w.plain()
}

// plain shows what is stored.
func (w Warning) plain() string {
	var items []string
	for _, name := range w.Params.names() {
		items = append(items, name+": "+w.Params[name])
	}
	for _, one := range w.About {
		items = append(items, one.Sentence())
	}
	text := cmp.Or(string(w.Code), "a warning without a code")
	if len(items) == 0 {
		return text
	}
	return text + " (" + strings.Join(items, "; ") + ")"
}

// Shown is a warning as people and scripts read it.
type Shown struct {
	Warning
	Message string `json:"message"` // the sentence
}

// Show puts each warning into its sentence. It never returns nil: in JSON no warning is [].
func Show(warnings []Warning) []Shown {
	shown := make([]Shown, 0, len(warnings))
	for _, w := range warnings {
		shown = append(shown, Shown{Warning: w, Message: w.Sentence()})
	}
	return shown
}

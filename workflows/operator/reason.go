package operator

import (
	"encoding/json"
	"strings"
	"unicode"

	commonpb "go.temporal.io/api/common/v1"

	"longhaul/internal/fault"
)

// MaxReasonBytes bounds the reason of a signal or an update.
const MaxReasonBytes = 200

// Reason is what an operator may send with pause, resume, approve and discard.
type Reason struct {
	Reason string `json:"reason"`
}

// ReasonOf reads the reason that an operator gave, {"reason":"..."} or the bare text. It never fails: a signal counts whatever
// was sent with it.
func ReasonOf(payloads ...*commonpb.Payload) string {
	if len(payloads) == 0 {
		return ""
	}
	var written Reason
	data := payloads[0].GetData()
	if json.Unmarshal(data, &written) != nil && json.Unmarshal(data, &written.Reason) != nil {
		return ""
	}
	return OneLine(written.Reason, MaxReasonBytes)
}

// OneLine makes a text that people wrote fit into a sentence: no line ends, no control characters, at most limit bytes.
func OneLine(text string, limit int) string {
	if len(text) > 4*limit {
		text = text[:4*limit] // bounds the work below, which looks at each character
	}
	words := strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	return fault.Short(strings.Join(words, " "), limit)
}

// Because puts a reason behind what an operator did.
func Because(done, reason string) string {
	if reason == "" {
		return done
	}
	return done + " (" + reason + ")"
}

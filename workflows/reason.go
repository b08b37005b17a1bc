package workflows

import (
	"encoding/json"
	"strings"
	"unicode"

	commonpb "go.temporal.io/api/common/v1"

	"longhaul/internal/fault"
)

// maxReasonBytes bounds what an operator may say about a signal or an update.
const maxReasonBytes = 200

// Reason is what an operator may send with pause, resume, approve and discard.
type Reason struct {
	Reason string `json:"reason"`
}

// reasonOf reads the reason that an operator gave, {"reason":"..."} or the bare text. It never fails: a signal counts
// whatever was sent with it.
func reasonOf(payloads ...*commonpb.Payload) string {
	if len(payloads) == 0 {
		return ""
	}
	var written Reason
	data := payloads[0].GetData()
	if json.Unmarshal(data, &written) != nil && json.Unmarshal(data, &written.Reason) != nil {
		return ""
	}
	return oneLine(written.Reason, maxReasonBytes)
}

// oneLine makes a text of people fit into a sentence: no line ends, no control characters, at most limit bytes.
func oneLine(text string, limit int) string {
	if len(text) > 4*limit {
		text = text[:4*limit] // enough of it, before anything is done to each character
	}
	words := strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	return fault.Short(strings.Join(words, " "), limit)
}

// because puts a reason behind what an operator did.
func because(done, reason string) string {
	if reason == "" {
		return done
	}
	return done + " (" + reason + ")"
}

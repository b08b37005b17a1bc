package operator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// The updates of a sync.
const (
	Approve  = "approve"
	Discard  = "discard"
	SetQuota = "set-quota"
)

// Cancel is Temporal's own order, as the orders of a sync list it. Its reason comes before it, by the signal CancelReason.
const Cancel = "cancel"

// Updates are what operators ask of a sync and get an answer to, in the order in which workflows register them.
var Updates = []struct{ Name, Description string }{
	{Approve, `Let a sync that holds go on: what it found is right. Input, if any: {"reason":"..."}.`},
	{Discard, `End a sync that holds: nothing of it reaches the catalog. Input, if any: {"reason":"..."}.`},
	{
		SetQuota,
		`Change how much of the org's daily API calls the sync may use, in percent: {"ceiling":80,"share":25}. What is left out stays.`,
	},
}

// UpdateHandler validates one update, and handles it if it is valid.
type UpdateHandler struct {
	Validate func(converter.RawValue) error
	Handle   func(workflow.Context, converter.RawValue) (any, error)
}

// HandleUpdates registers a handler for each update. The input comes as it was written, so that each handler refuses in words of
// its own what it cannot read.
func HandleUpdates(ctx workflow.Context, by map[string]UpdateHandler) error {
	for _, update := range Updates {
		handler := by[update.Name]
		err := workflow.SetUpdateHandlerWithOptions(ctx, update.Name, handler.Handle, workflow.UpdateHandlerOptions{
			Validator:   func(_ workflow.Context, in converter.RawValue) error { return handler.Validate(in) },
			Description: update.Description,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Verdict is an operator's answer to a sync that holds.
type Verdict string

// The verdicts.
const (
	Approved  Verdict = "approved"
	Discarded Verdict = "discarded"
)

// QuotaChange is the input of set-quota, in percent; what is nil stays as it is.
type QuotaChange struct {
	Ceiling *int `json:"ceiling,omitempty"`
	Share   *int `json:"share,omitempty"`
}

func (q QuotaChange) check() error {
	if q.Ceiling == nil && q.Share == nil {
		return fmt.Errorf(`set-quota needs ceiling, share or both, in percent: {"ceiling":80,"share":25}`)
	}
	for _, percent := range []*int{q.Ceiling, q.Share} {
		if percent != nil && (*percent < 1 || *percent > 100) {
			return fmt.Errorf("ceiling and share are percents from 1 to 100, not %d", *percent)
		}
	}
	return nil
}

// Over is what is asked for after an earlier change: what q leaves out stays as the earlier change set it.
func (q QuotaChange) Over(earlier QuotaChange) QuotaChange {
	if q.Ceiling != nil {
		earlier.Ceiling = q.Ceiling
	}
	if q.Share != nil {
		earlier.Share = q.Share
	}
	return earlier
}

// ReadQuotaChange reads the input of set-quota. A word that it does not know is refused: a misspelt share would be taken for one
// that was left out.
func ReadQuotaChange(in converter.RawValue) (change QuotaChange, err error) {
	decoder := json.NewDecoder(bytes.NewReader(in.Payload().GetData()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&change); err != nil && !errors.Is(err, io.EOF) {
		return QuotaChange{}, fmt.Errorf(`set-quota takes whole percents: {"ceiling":80,"share":25}, not this: %s`, OneLine(err.Error(), MaxReasonBytes))
	}
	return change, change.check()
}

// Said is what an operator has said with an update: the reason, or of set-quota what was set.
func Said(update string, in converter.RawValue) string {
	if update != SetQuota {
		return ReasonOf(in.Payload())
	}
	change, err := ReadQuotaChange(in)
	if err != nil {
		return ""
	}
	var set []string
	if change.Ceiling != nil {
		set = append(set, fmt.Sprintf("ceiling %d %%", *change.Ceiling))
	}
	if change.Share != nil {
		set = append(set, fmt.Sprintf("share %d %%", *change.Share))
	}
	return strings.Join(set, ", ")
}

// ReadInput is the input of an update, read and written anew, so that no more is kept of it than a sync needs.
func ReadInput(update string, in converter.RawValue) (json.RawMessage, error) {
	if update == SetQuota {
		change, err := ReadQuotaChange(in)
		if err != nil {
			return nil, err
		}
		return json.Marshal(change)
	}
	if reason := ReasonOf(in.Payload()); reason != "" {
		return json.Marshal(Reason{Reason: reason})
	}
	return nil, nil
}

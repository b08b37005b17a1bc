package question

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/text"
	"longhaul/internal/sourcename"
)

// ScheduleSourceType is the workflow type that changes or shows the schedule of a source. It is a contract: people and scripts name it.
const ScheduleSourceType = "ScheduleSource"

// ScheduleID is the id of the one workflow that changes the schedule of a source.
func ScheduleID(source string) string { return "schedule-" + source }

// Scheduling is the input of ScheduleSource: the source and what is wanted. People write it by hand, in the UI or after --input.
type Scheduling struct {
	Source string `json:"source"`
	schedule.Order
}

// ScheduleSource changes the schedule of a source on one of its workers, in Temporal and in the bucket together; an input with the source
// alone changes nothing. The result is the schedule as it is then.
func ScheduleSource(ctx workflow.Context, given converter.RawValue) (*schedule.State, error) {
	in, err := readScheduling(ctx, given)
	if err != nil {
		return nil, end(err)
	}
	summary, params := "show the schedule of "+in.Source, asked.SetScheduleParams{Source: in.Source, Order: in.Order}
	if in.Order != (schedule.Order{}) {
		summary = "change the schedule of " + in.Source
	}
	state, err := Ask(ctx, in.Source, summary, acts.SetSchedule, params)
	if errors.As(err, new(*UnservedError)) {
		// Another worker knows of the schedule from the bucket, or says which sources there are.
		other, failed := askAnyone(ctx, summary, acts.SetSchedule, params)
		state, err = other, unserved(in.Source, err, failed)
	}
	if err != nil {
		return nil, end(err)
	}
	workflow.SetCurrentDetails(ctx, text.Page{Place: time.UTC}.Of(state).Markdown(mostDetails, ""))
	return &state, nil
}

// readScheduling reads the input. One with the source alone may have each form that other questions take.
func readScheduling(ctx workflow.Context, given converter.RawValue) (in Scheduling, err error) {
	if data := bytes.TrimSpace(given.Payload().GetData()); len(data) > 0 && data[0] == '{' {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			return in, fault.Invalidf(`the input must look like {"source":"acme"}, {"source":"acme","every":"24h"}, `+
				`{"source":"acme","cron":"0 2 * * *","timezone":"Europe/Paris"}, {"source":"acme","pause":true,"reason":"..."}, `+
				`{"source":"acme","resume":true} or {"source":"acme","off":true}: %.200v`, err)
		}
	}
	if in.Source == "" {
		if in.Order != (schedule.Order{}) {
			given = converter.NewRawValue(nil) // an order without a source: the id names it
		}
		named, err := Read(ctx, "schedule", given)
		if err != nil {
			return in, err
		}
		in.Source = named.Source
	}
	if err := sourcename.CheckSpoken(in.Source, "schedule"); err != nil {
		return in, err
	}
	return in, in.Order.Check()
}

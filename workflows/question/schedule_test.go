package question_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	registered "go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	asked "longhaul/activities/question"
	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/workflows/question"
)

// scheduling is an environment in which a worker takes orders.
func scheduling(t *testing.T, s *source, id string, by func(asked.SetScheduleParams) (schedule.State, error)) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := begin(t, s, id)
	env.RegisterActivityWithOptions(func(_ context.Context, p asked.SetScheduleParams) (schedule.State, error) {
		s.asked = append(s.asked, "SetSchedule "+p.Source)
		return by(p)
	}, registered.RegisterOptions{Name: "SetSchedule", DisableAlreadyRegisteredCheck: true})
	return env
}

func TestScheduleSource_takesAnOrder(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]schedule.Order{
		``:                                {},
		`"acme"`:                          {},
		`{"source":"acme"}`:               {},
		`{"source":"acme","every":"24h"}`: {Every: "24h"},
		`{"source":"acme","cron":"0 2 * * *","timezone":"Europe/Paris"}`: {Cron: "0 2 * * *", Timezone: "Europe/Paris"},
		`{"source":"acme","pause":true,"reason":"maintenance"}`:          {Pause: true, Reason: "maintenance"},
		`{"source":"acme","off":true}`:                                   {Off: true},
		`{"resume":true}`:                                                {Resume: true},
	} {
		var got asked.SetScheduleParams
		env := scheduling(t, &source{}, "schedule-acme", func(p asked.SetScheduleParams) (schedule.State, error) {
			got = p
			return schedule.State{Source: p.Source, Exists: true, Spec: "every 24h"}, nil
		})
		if input == "" {
			env.ExecuteWorkflow(question.ScheduleSourceType)
		} else {
			env.ExecuteWorkflow(question.ScheduleSourceType, json.RawMessage(input))
		}
		var state schedule.State
		if err := env.GetWorkflowResult(&state); err != nil || !state.Exists || got.Source != "acme" || got.Order != want {
			t.Errorf("%s: got %+v, %+v, %v", input, got, state, err)
		}
	}
}

func TestScheduleSource_refusesWhatIsNoOrder(t *testing.T) {
	t.Parallel()
	for input, says := range map[string]string{
		`{"source":"acme","evry":"24h"}`:            `{"source":"acme","every":"24h"}`,
		`{"source":"acme","every":"daily"}`:         "every must be a time",
		`{"source":"acme","every":"1h","off":true}`: "exclude each other",
		`{"every":"1h"}`:                            "no source is named",
		`{"source":"sync-acme"}`:                    "say `schedule acme`",
	} {
		s := &source{}
		env := scheduling(t, s, "anything", func(asked.SetScheduleParams) (schedule.State, error) { return schedule.State{}, nil })
		env.ExecuteWorkflow(question.ScheduleSourceType, json.RawMessage(input))
		failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError())
		if !ok || failure.Type() != string(fault.Invalid) || !strings.Contains(failure.Message(), says) || len(s.asked) > 0 {
			t.Errorf("%s: got %v after %v", input, env.GetWorkflowError(), s.asked)
		}
	}
}

// TestScheduleSource_isShownByAnyWorker where none serves the source.
func TestScheduleSource_isShownByAnyWorker(t *testing.T) {
	t.Parallel()
	s := &source{}
	env := scheduling(t, s, "schedule-acme", func(asked.SetScheduleParams) (schedule.State, error) {
		if len(s.asked) == 1 {
			_, err := nobody(1)
			return schedule.State{}, err
		}
		return schedule.State{Source: "acme", Exists: true}, nil
	})
	env.ExecuteWorkflow(question.ScheduleSourceType)
	var state schedule.State
	if err := env.GetWorkflowResult(&state); err != nil || !state.Exists {
		t.Errorf("got %+v, %v after %v", state, err, s.asked)
	}
}

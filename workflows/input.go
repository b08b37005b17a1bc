package workflows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/internal/fault"
	"longhaul/internal/sourcename"
	"longhaul/internal/warning"
	"longhaul/workflows/attribute"
	"longhaul/workflows/course"
	"longhaul/workflows/operator"
	"longhaul/workflows/question"
)

// Input starts a sync. People write it by hand, in the UI or after --input, so it is read leniently: the name of a source alone
// is enough, and what cannot be read is kept as a problem that the workflow reports in one sentence.
type Input struct {
	Source string `json:"source,omitempty"`
	Mode   Mode   `json:"mode,omitempty"`   // empty means auto
	Upload *bool  `json:"upload,omitempty"` // nil means true where the source has a catalog

	// Guard holds a sync that does not deliver as one that does, compared with the newest sync of the source of any kind.
	Guard bool `json:"guard,omitempty"`

	// Attended fails a sync at once by an unexpected failure, which other syncs try again for hours: whoever started the sync waits
	// for it, and starts it again.
	Attended bool `json:"attended,omitempty"`

	// State is what an earlier run of the same sync carried over by continue-as-new. Nothing else sets it.
	State *State `json:"state,omitempty"`

	problem string
}

// readInput reads the input of a workflow. The encoding that a form claims is not trusted: people write JSON.
func readInput(given converter.RawValue) (in Input) {
	data := given.Payload().GetData()
	if len(data) == 0 {
		return Input{}
	}
	if err := json.Unmarshal(data, &in); err != nil {
		in = Input{problem: misread(err)}
	}
	return in
}

func misread(err error) string {
	return `the input must look like {"source":"acme","mode":"auto","upload":true}: ` + operator.OneLine(err.Error(), operator.MaxReasonBytes)
}

// continues says whether the state is the one that the previous run has handed to this one. A cron or a retry policy starts runs
// that continue another, too, with an input that is as old as the first run.
func (in *Input) continues(info *workflow.Info) bool {
	return in.State != nil && info.ContinuedExecutionRunID != "" && in.State.Run == info.ContinuedExecutionRunID
}

// UnmarshalJSON reads an object, the name of a source as a string, or null. It never fails: see Input.
func (in *Input) UnmarshalJSON(data []byte) error {
	*in = Input{}
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, &in.Source)
	}
	var written struct {
		Source   string          `json:"source"`
		Mode     Mode            `json:"mode"`
		Upload   *bool           `json:"upload"`
		Guard    bool            `json:"guard"`
		Attended bool            `json:"attended"`
		State    json.RawMessage `json:"state"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&written); err != nil {
		in.Source, in.problem = written.Source, misread(err)
		return nil
	}
	in.Source, in.Mode, in.Upload = written.Source, written.Mode, written.Upload
	in.Guard, in.Attended = written.Guard, written.Attended
	if len(written.State) > 0 {
		// The state is read leniently: a newer worker of a fleet may have added fields to it.
		if err := json.Unmarshal(written.State, &in.State); err != nil {
			in.problem = fmt.Sprintf("the state of the run before cannot be read: %.200v", err)
		}
	}
	return nil
}

// resolve fills in what the workflow's id says and returns the sentence about what is wrong, or "". Afterwards Source is a valid
// name, or empty where none is known.
func (in *Input) resolve(workflowID string) (problem string) {
	named := in.Source
	if !validSource(named) {
		in.Source, _ = SourceOfID(workflowID)
	}
	switch {
	case in.problem != "":
		return in.problem
	case named != "" && !validSource(named):
		return fault.Sentence(sourcename.CheckSpoken(named, "sync"))
	case in.Source == "" && scheduledFor(workflowID) != "":
		return fmt.Sprintf(`no source is named: a schedule adds its time to the workflow's id, so the id %.80s names none; give the schedule the `+
			`input {"source":%q}`, workflowID, scheduledFor(workflowID))
	case in.Source == "":
		return `no source is named: start the workflow with the id sync-<source> or with the input {"source":"<name>"}`
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

// timeOfSchedule is what a Temporal Schedule adds to the id of its workflows.
var timeOfSchedule = regexp.MustCompile(`-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)

// scheduledFor is the source that whoever made a schedule meant by its workflow's id; empty where the id is none of a schedule or no
// sync's.
func scheduledFor(workflowID string) string {
	meant := timeOfSchedule.ReplaceAllString(workflowID, "")
	if meant == workflowID {
		return ""
	}
	source, _ := SourceOfID(meant)
	return source
}

// carry makes the error that starts the next run with the same input and the state.
func (in Input) carry(state *State) func(workflow.Context) error {
	return func(ctx workflow.Context) error {
		state.Run = workflow.GetInfo(ctx).WorkflowExecution.RunID
		in.State = state
		return workflow.NewContinueAsNewError(ctx, SyncSourceType, in)
	}
}

// The fields of the memo, which lists of workflows can show.
const (
	memoSource  = "source"
	memoTrigger = "trigger"
)

// Memo is the memo of a sync, from which it knows what has started it.
func Memo(source, trigger string) map[string]any {
	return map[string]any{memoSource: source, memoTrigger: trigger}
}

// remember gives what has started the workflow (see history.Trigger*), and puts it into the memo, with the source. What a program
// or a hand-over has put there holds: the sync is the child of a workflow that a schedule has started.
func remember(ctx workflow.Context, source string) (trigger string) {
	var handed string
	there := workflow.GetInfo(ctx).Memo.GetFields()[memoTrigger]
	if there != nil && converter.GetDefaultDataConverter().FromPayload(there, &handed) != nil {
		handed = "" // somebody else's
	}
	schedule, _ := workflow.GetTypedSearchAttributes(ctx).GetKeyword(temporal.NewSearchAttributeKeyKeyword("TemporalScheduledById"))
	trigger = course.TriggerOf(handed, schedule)
	if trigger != handed && source != "" {
		if err := workflow.UpsertMemo(ctx, Memo(source, trigger)); err != nil {
			workflow.GetLogger(ctx).Warn("the memo was not set", "event", "warning", "error", err)
		}
	}
	return trigger
}

// types are the workflow types of this program.
var types = []string{
	SyncSourceType, question.CheckSourceType, question.PlanSourceType, question.InspectSourceType, question.ScheduleSourceType,
	question.ListSourcesType,
}

// unknownType fails a workflow whose type no worker knows. Temporal would try it for ever.
func unknownType(ctx workflow.Context, _ converter.EncodedValues) (any, error) {
	problem := fmt.Sprintf("%.100q is no workflow type of Longhaul: start one of %s", workflow.GetInfo(ctx).WorkflowType.Name, strings.Join(types, ", "))
	workflow.SetCurrentDetails(ctx, "### "+string(OutcomeFailed)+"\n\n"+problem+"\n")
	return nil, refused(problem)
}

// refuse ends a workflow for its input. A search by the source finds the workflow, and the progress query says why too.
func refuse(ctx workflow.Context, in Input, problem string) (*Result, error) {
	attribute.Announce(ctx, in.Source, attribute.Outcome.ValueSet(string(OutcomeFailed)))
	now := workflow.Now(ctx).UTC()
	why := warning.New(warning.InputRefused, warning.Params{"problem": problem})
	p := Progress{
		Source: in.Source, Started: now, Updated: now, Warnings: warning.Show([]warning.Warning{why}), Outcome: OutcomeFailed,
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("### %s\n\n%s\n", OutcomeFailed, problem))
	if err := answerProgress(ctx, func() Progress { return p }); err != nil {
		return nil, err
	}
	return nil, refused(problem)
}

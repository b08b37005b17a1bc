package workflows_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"longhaul/activities"
	"longhaul/activities/question"
	telling "longhaul/activities/tell"
	"longhaul/internal/notify"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// recorded is where `make record-histories` puts the histories, as <release>/<scenario>.json.gz, with the number of the run
// behind the scenario where a sync took several. A release that is out stays as it is: its syncs may still be running when
// the next one is deployed.
const recorded = "testdata/replay"

// scenarios are what the code as it stands was recorded in.
var scenarios = []string{
	"blocked", "cancelled", "continued_as_new", "discarded", "failed", "hand_over", "held", "paused", "plain", "quota_wait",
	"second_round", "skipped", "stalled",
}

// TestReplay_everyRecordedHistory runs today's workflow against what workers of each release have done.
func TestReplay_everyRecordedHistory(t *testing.T) {
	t.Parallel()
	for _, file := range histories(t) {
		t.Run(strings.TrimPrefix(file, recorded+"/"), func(t *testing.T) {
			t.Parallel()
			history := readHistory(t, file)
			started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
			replayer := newReplayer(t)
			workflows.Register(replaying{replayer: replayer}, workflows.Activities{
				Sync: &activities.Activities{}, Asked: &question.Activities{}, Told: &telling.Activities{},
			})
			err := replayer.ReplayWorkflowHistoryWithOptions(nil, history, worker.ReplayWorkflowHistoryOptions{
				OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
			})
			if err != nil {
				t.Errorf("a sync that a worker of %s began would not go on under this code: %v", filepath.Base(filepath.Dir(file)), err)
			}
		})
	}
}

// TestReplay_hasEveryScenarioOfEveryRelease counts the histories, so that none gets lost.
func TestReplay_hasEveryScenarioOfEveryRelease(t *testing.T) {
	t.Parallel()
	found := map[string]map[string]int{}
	for _, file := range histories(t) {
		release := filepath.Dir(file)
		if found[release] == nil {
			found[release] = map[string]int{}
		}
		found[release][scenarioOf(file)]++
	}
	for release, runs := range found {
		if diff := cmp.Diff(counts(t, filepath.Join(release, "expected_counts")), runs); diff != "" {
			t.Errorf("the histories of %s (-want +got):\n%s", filepath.Base(release), diff)
		}
		if filepath.Base(release) != unreleased {
			continue // it has the scenarios of its day: released_test.go
		}
		if diff := cmp.Diff(scenarios, slices.Sorted(maps.Keys(runs))); diff != "" {
			t.Errorf("the scenarios of %s (-want +got):\n%s", filepath.Base(release), diff)
		}
		if runs["continued_as_new"] < 2 {
			t.Errorf("%s has one run only of a sync that continued as new", filepath.Base(release))
		}
	}
}

// TestReplay_aStallHasItsLooks: a look runs where the workflow runs and leaves a marker, and each message is a child.
func TestReplay_aStallHasItsLooks(t *testing.T) {
	t.Parallel()
	looks, told := 0, []notify.Event{}
	for _, event := range readHistory(t, filepath.Join(recorded, unreleased, "stalled.json.gz")).GetEvents() {
		if event.GetMarkerRecordedEventAttributes().GetMarkerName() == "LocalActivity" {
			looks++
		}
		child := event.GetStartChildWorkflowExecutionInitiatedEventAttributes()
		var fact notify.Fact
		if child.GetWorkflowType().GetName() != tell.NotifySourceType {
			continue
		}
		if err := converter.GetDefaultDataConverter().FromPayloads(child.GetInput(), &fact); err != nil {
			t.Fatal(err)
		}
		told = append(told, fact.Event)
	}
	if looks < 3 || len(told) < 2 || told[0] != notify.Stalled || told[1] != notify.Recovered {
		t.Errorf("%d looks, people were told %v", looks, told)
	}
}

// counts reads lines of a scenario and its number of runs.
func counts(t *testing.T, file string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for line := range strings.Lines(string(text)) {
		var scenario string
		var n int
		if _, err := fmt.Sscanln(line, &scenario, &n); err != nil {
			t.Fatalf("%s has the line %q: %v", file, line, err)
		}
		all[scenario] = n
	}
	return all
}

// private is what gives away a machine, a person or a session: a path, an address of mail or of a worker's process, a token.
var private = regexp.MustCompile(`/tmp/|/home/|/root/|goroutine |Bearer |@|00D[0-9A-Za-z]{12}!`)

// TestReplay_historiesAreSmallAndHoldNoData looks at every history as somebody would who must not see an org's data in it.
func TestReplay_historiesAreSmallAndHoldNoData(t *testing.T) {
	t.Parallel()
	for _, file := range histories(t) {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 60_000 {
			t.Errorf("%s is %d bytes", file, info.Size())
		}
		for _, event := range readHistory(t, file).GetEvents() {
			if size := proto.Size(event); size > 50_000 {
				t.Errorf("%s: event %d is %d bytes", file, event.GetEventId(), size)
			}
			for _, text := range texts(event.ProtoReflect()) {
				if found := private.FindString(text); found != "" {
					t.Errorf("%s: event %d holds %q", file, event.GetEventId(), found)
				}
			}
		}
	}
}

// texts are all strings and payloads in a message.
func texts(m protoreflect.Message) (all []string) {
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		one := func(v protoreflect.Value) {
			switch field.Kind() {
			case protoreflect.StringKind:
				all = append(all, v.String())
			case protoreflect.BytesKind:
				all = append(all, string(v.Bytes()))
			case protoreflect.MessageKind:
				all = append(all, texts(v.Message())...)
			default:
			}
		}
		switch {
		case field.IsMap():
			v.Map().Range(func(_ protoreflect.MapKey, value protoreflect.Value) bool {
				if field.MapValue().Kind() == protoreflect.MessageKind {
					all = append(all, texts(value.Message())...)
				}
				return true
			})
		case field.IsList():
			for i := range v.List().Len() {
				one(v.List().Get(i))
			}
		default:
			one(v)
		}
		return true
	})
	return all
}

// replaying lets the production list register with a replayer, which runs no activities.
type replaying struct {
	worker.Registry // nil: the list uses none of the other methods
	replayer        worker.WorkflowReplayer
}

func (r replaying) RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions) {
	r.replayer.RegisterWorkflowWithOptions(w, options)
}

func (replaying) RegisterActivity(any) {}

func (replaying) RegisterDynamicWorkflow(any, workflow.DynamicRegisterOptions) {}

func newReplayer(t *testing.T) worker.WorkflowReplayer {
	t.Helper()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors: workflows.WorkerOptions(everything, worker.Options{}).Interceptors,
	})
	if err != nil {
		t.Fatal(err)
	}
	return replayer
}

func histories(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(recorded, "*", "*.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no history was recorded: `make record-histories` records them")
	}
	slices.Sort(files)
	return files
}

// scenarioOf is the name of a file up to its first dot, which the number of the run follows.
func scenarioOf(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	return name
}

func readHistory(t *testing.T, file string) *historypb.History {
	t.Helper()
	packed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	history, err := client.HistoryFromJSON(unpacked, client.HistoryJSONOptions{})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return history
}

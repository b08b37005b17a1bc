package e2e_test

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

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"

	"longhaul/internal/staging"
)

// recordings is where the workflow's own tests look for histories.
const recordings = "../../workflows/testdata/replay"

// unreleased names the histories of the code as it stands: the only ones that are recorded anew.
const unreleased = "unreleased"

// TestRecord_historiesOfEveryScenario records what a worker does in each scenario, for the replay tests of package
// workflows. It is asked for by LONGHAUL_RECORD_HISTORIES, which names the release: histories come from the code that is
// deployed, never from the change that they are to test.
func TestRecord_historiesOfEveryScenario(t *testing.T) {
	release := os.Getenv("LONGHAUL_RECORD_HISTORIES")
	if release == "" {
		t.Skip("histories are recorded only for `make record-histories` (LONGHAUL_RECORD_HISTORIES=<release>)")
	}
	if release != filepath.Base(release) {
		t.Fatalf("%q is no name of a release", release)
	}
	dir := filepath.Join(recordings, release)
	if _, err := os.Stat(dir); err == nil && release != unreleased {
		t.Fatalf("%s is there: what a release has recorded is kept; remove it where it is not that of the release", dir)
	}
	fresh, err := os.MkdirTemp(recordings, "."+release+"-") //nolint:usetesting // beside what it takes the place of
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(fresh) })
	runs := map[string]int{}
	for scenario, record := range recorders {
		t.Run(scenario, func(t *testing.T) {
			p, run := record(t)
			runs[scenario] = p.record(t, run, filepath.Join(fresh, scenario))
		})
	}
	if t.Failed() {
		return // what was recorded before stays
	}
	var counts strings.Builder
	for _, scenario := range slices.Sorted(maps.Keys(runs)) {
		fmt.Fprintf(&counts, "%s %d\n", scenario, runs[scenario])
	}
	if err := os.WriteFile(filepath.Join(fresh, "expected_counts"), []byte(counts.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replace(dir, fresh); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprint(os.Stdout, counts.String())
}

// replace puts a folder in place of another, which need not be there.
func replace(dir, by string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Chmod(by, 0o750); err != nil {
		return err
	}
	return os.Rename(by, dir)
}

// TestRecord_ofAPlainSync records one sync into a folder that nobody keeps, so that recording works when it is needed.
func TestRecord_ofAPlainSync(t *testing.T) {
	t.Parallel()
	p, run := recorders["plain"](t)
	path := filepath.Join(t.TempDir(), "plain")
	if n := p.record(t, run, path); n != 1 {
		t.Errorf("%d runs were recorded, want 1", n)
	}
	packed, err := os.ReadFile(path + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	history, err := client.HistoryFromJSON(unpacked, client.HistoryJSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := len(p.history(t, run.GetID(), run.GetRunID())); len(history.GetEvents()) != want {
		t.Errorf("%d events were recorded, want %d", len(history.GetEvents()), want)
	}
}

// record waits for the end of a run and of those that continue it, and writes the history of each.
func (p *plant) record(t *testing.T, run client.WorkflowRun, path string) (runs int) {
	t.Helper()
	id := run.GetRunID()          // of the first run: Get goes on to the last
	_ = run.Get(t.Context(), nil) // how it ends is part of the scenario
	var chain [][]*historypb.HistoryEvent
	for id != "" {
		events := p.history(t, run.GetID(), id)
		chain = append(chain, events)
		id = events[len(events)-1].GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	for i, events := range chain {
		name := path + ".json.gz"
		if len(chain) > 1 {
			name = fmt.Sprintf("%s.%d.json.gz", path, i+1)
		}
		for _, event := range events {
			anonymize(event.ProtoReflect())
		}
		p.requireNothingPrivate(t, events)
		text, err := protojson.Marshal(&historypb.History{Events: events})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, packed(t, text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return len(chain)
}

func packed(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// anonymize takes the machine's name out of a message: it stands in identities and in the names of sticky task queues.
func anonymize(m protoreflect.Message) {
	if queue, ok := m.Interface().(*taskqueuepb.TaskQueue); ok && queue.GetKind() == enumspb.TASK_QUEUE_KIND_STICKY {
		queue.Name = "sticky"
	}
	if _, isPayload := m.Interface().(*commonpb.Payload); isPayload {
		return
	}
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.Name() == "identity":
			m.Set(field, protoreflect.ValueOfString("recorder"))
		case field.Kind() != protoreflect.MessageKind || field.IsMap():
		case field.IsList():
			for i := range v.List().Len() {
				anonymize(v.List().Get(i).Message())
			}
		default:
			anonymize(v.Message())
		}
		return true
	})
}

// requireNothingPrivate searches a history for what must not leave the machine or the org.
func (p *plant) requireNothingPrivate(t *testing.T, events []*historypb.HistoryEvent) {
	t.Helper()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	ready := p.sim.Ready()
	machine := regexp.MustCompile(`\b` + regexp.QuoteMeta(host) + `\b`) // it may be called as short a word as "ci"
	private := append(p.names(t), p.dir, os.TempDir()+"/",              //nolint:usetesting // it is the machine's own that must not be in there
		ready.ClientSecret, ready.CatalogToken, ready.Password, ready.SecurityToken, ready.Username)
	for _, event := range events {
		text := event.String()
		if accessToken.MatchString(text) {
			t.Errorf("event %d holds an access token", event.GetEventId())
		}
		if machine.MatchString(text) {
			t.Errorf("event %d holds the name of the machine, %s", event.GetEventId(), host)
		}
		for _, never := range private {
			if never != "" && strings.Contains(text, never) {
				t.Errorf("event %d holds %q", event.GetEventId(), never)
			}
		}
	}
}

// names are those of the reports that the newest sync of source acme delivered.
func (w works) names(t *testing.T) (names []string) {
	t.Helper()
	for key, err := range w.store.List(t.Context(), staging.SyncsPrefix("acme")) {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(key, "-reports.json") {
			continue
		}
		content, err := w.store.Read(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, namesIn(t, content)...)
	}
	return names
}

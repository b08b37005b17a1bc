package connect_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/cli"
	"longhaul/internal/config"
	"longhaul/internal/doctor"
	"longhaul/internal/host"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

const (
	secret = "ENSGbqHF6QV7zTEfC3Z5VUW08"
	token  = "a-token-that-nobody-may-read"
	id     = "399a8b22-3187-41ec-8d3d-0242ac130003"
)

// world is a bucket, a key, and a Temporal with one worker that checks what connect proposes.
type world struct {
	client.Client // a method that is not here panics

	t     *testing.T
	dir   string
	store *staging.Store

	settings string // longhaul.yaml
	stdin    string // empty: document
	keyless  bool   // the worker has no key
	rows     func(login source.Credentials) []doctor.Finding
	org      string
	served   bool
	running  *workflows.Progress
	started  func() // called when a check begins; may be nil

	scheduled bool
	unmoved   error  // why the schedule cannot be removed
	signalled func() // called when a sync is signalled; may be nil
	removes   func() // called when the schedule is removed; may be nil
	signals   []string
	payloads  []string // all that Temporal was given
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), served: true, org: "00D000000000001EAA"}
	store, err := staging.Open(t.Context(), config.FileURL(filepath.Join(w.dir, "bucket")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w.store = store
	w.settings = "storage: " + config.FileURL(filepath.Join(w.dir, "bucket")) + "\nsecrets: {keeper: 'base64key://', key: env:THE_KEY}\n"
	w.rows = func(source.Credentials) []doctor.Finding {
		return []doctor.Finding{{ID: "login", Status: doctor.Pass, Title: "Login", Found: "works"}}
	}
	return w
}

// key is what the settings refer to.
const key = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="

func (w *world) saved() *saved.Store {
	w.t.Helper()
	keeper, err := seal.New(seal.Config{Keeper: seal.Local, Key: source.Held(key)})
	if err != nil {
		w.t.Fatal(err)
	}
	return saved.New(w.store, keeper, nil)
}

// person answers questions, by what they begin with.
type person struct {
	answers map[string]string
	asked   []string
	hook    func(question string) error
	keys    []string // lines that are typed where a file of a key is asked for, before answers
}

func (p *person) Attended() bool { return p != nil }

func (p *person) Ask(_ context.Context, question string, secret bool) (string, error) {
	p.asked = append(p.asked, question)
	if p.hook != nil {
		if err := p.hook(question); err != nil {
			return "", err
		}
	}
	if secret != strings.Contains(question, "not shown") {
		return "", errors.New("an echo is wrong: " + question)
	}
	if len(p.keys) > 0 && (question == "" || strings.HasPrefix(question, "File of")) {
		line := p.keys[0]
		p.keys = p.keys[1:]
		return line, nil
	}
	for begin, answer := range p.answers {
		if strings.HasPrefix(question, begin) {
			return answer, nil
		}
	}
	return "", nil
}

// answered is what a person types for a new source.
func answered() *person {
	return &person{answers: map[string]string{
		"Current My Domain URL": "acme.my.salesforce.com", "Consumer Key": "3MVG9", "Consumer Secret": secret,
		"Catalog Identifier": id, "Catalog Token": token,
	}}
}

type output struct {
	code        int
	out, errors string
}

// run runs a verb as a program would. who is at the terminal; nil: nobody.
func (w *world) run(ctx context.Context, who *person, args ...string) output {
	w.t.Helper()
	path := filepath.Join(w.dir, "longhaul.yaml")
	if err := os.WriteFile(path, []byte(w.settings), 0o600); err != nil {
		w.t.Fatal(err)
	}
	var out, errs bytes.Buffer
	app := cli.App{
		Args: append([]string{"longhaul"}, args...), Dir: w.dir, Stdout: &out, Stderr: &errs, Short: "A test", Version: "v1",
		Environ: []string{"THE_KEY=" + key, "SECRET=" + secret, "TOKEN=" + token, "NEW_SECRET=a-new-secret"},
		Verbs:   []cli.Verb{cli.Connect, cli.Disconnect}, Stdin: strings.NewReader(cmp.Or(w.stdin, document)),
		Dial: func(context.Context, host.DialOptions) (client.Client, error) { return w, nil }, Terminal: who,
	}
	code := cli.Main(ctx, app)
	shown := output{code, out.String(), errs.String()}
	for _, value := range []string{secret, token, "a-new-secret", key, pemLine()} {
		if strings.Contains(shown.out+shown.errors+strings.Join(w.payloads, ""), value) {
			w.t.Errorf("a secret is shown: %+v\n%v", shown, w.payloads)
		}
	}
	return shown
}

// document is the one of the guide.
const document = `{"baseUrl": "acme.my.salesforce.com", "clientId": "3MVG9", "clientSecret": "` + secret + `"}`

// says makes sure of a code and words.
func (o output) says(t *testing.T, code int, words ...string) {
	t.Helper()
	for _, part := range words {
		if !strings.Contains(o.out+o.errors, part) {
			t.Errorf("%q is missing in:\n%s%s", part, o.out, o.errors)
		}
	}
	if o.code != code {
		t.Errorf("code %d, want %d:\n%s%s", o.code, code, o.out, o.errors)
	}
}

// login is what is saved of acme; the zero value where nothing is.
func (w *world) login() (saved.Document, error) {
	return w.saved().Document(context.Background(), "acme")
}

// candidates are what checks have left.
func (w *world) candidates() (all []string) {
	for key, err := range w.store.List(context.Background(), staging.CandidatesPrefix) {
		if err != nil {
			w.t.Error(err)
		}
		all = append(all, key)
	}
	return all
}

func (w *world) Close() {}

func (w *world) DescribeTaskQueue(_ context.Context, queue string, _ enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	answer := &workflowservice.DescribeTaskQueueResponse{}
	if queue == workflows.TaskQueue || w.served {
		answer.Pollers = []*taskqueuepb.PollerInfo{{LastAccessTime: timestamppb.New(time.Now())}}
	}
	return answer, nil
}

// ExecuteWorkflow checks a candidate, as a worker does: with what it opens in the bucket.
func (w *world) ExecuteWorkflow(ctx context.Context, o client.StartWorkflowOptions, kind any, args ...any) (client.WorkflowRun, error) {
	in, ok := args[0].(question.Input)
	if !ok || kind != question.CheckSourceType || o.ID != question.CandidateCheckID(in.Source, in.Candidate) || o.TaskQueue != workflows.TaskQueue {
		return nil, errors.New("started in another way than agreed")
	}
	data, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	w.payloads = append(w.payloads, o.ID, o.StaticSummary, string(data))
	if w.started != nil {
		w.started()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s := w.saved()
	if w.keyless {
		s = saved.New(w.store, nil, nil)
	}
	from, err := s.Candidate(ctx, in.Source, in.Candidate)
	if err != nil {
		return &run{result: doctor.Judge(in.Source, []doctor.Finding{doctor.Finding{ID: "sealed", Title: "Sealed"}.Failed(err, "", "")})}, nil
	}
	login, err := from.SalesforceCredentials(ctx)
	result := doctor.Judge(in.Source, w.rows(login))
	result.Org = w.org
	return &run{result: result}, err
}

type run struct {
	client.WorkflowRun
	result any
}

func (r *run) Get(_ context.Context, into any) error {
	data, err := json.Marshal(r.result)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

func (w *world) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if w.running == nil || !strings.HasPrefix(id, "sync-") {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: "r"}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
	}}, nil
}

type encoded struct {
	converter.EncodedValue
	value any
}

func (e encoded) Get(into any) error { return (&run{result: e.value}).Get(context.Background(), into) }

func (w *world) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return encoded{value: *w.running}, nil
}

func (w *world) SignalWorkflow(_ context.Context, id, _, name string, _ any) error {
	w.signals = append(w.signals, id+" "+name)
	if w.signalled != nil {
		w.signalled()
	}
	return nil
}

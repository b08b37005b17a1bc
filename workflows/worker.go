package workflows

import (
	"errors"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	asked "longhaul/activities/question"
	told "longhaul/activities/tell"
	"longhaul/internal/listing"
	"longhaul/internal/sourcename"
	"longhaul/internal/staging"
	"longhaul/workflows/attribute"
	"longhaul/workflows/call"
	"longhaul/workflows/course"
	"longhaul/workflows/live"
	"longhaul/workflows/operator"
	"longhaul/workflows/question"
	"longhaul/workflows/tell"
)

// acts names the activities by method; it is never called.
var acts *activities.Activities

// Activities are all activities that workflows name.
type Activities struct {
	Sync  *activities.Activities // of a sync
	Asked *asked.Activities      // of the workflows that answer a question
	Told  *told.Activities       // that tell people of a sync
}

func (a Activities) register(registry worker.Registry) {
	registry.RegisterActivity(a.Sync)
	registry.RegisterActivity(a.Asked)
	registry.RegisterActivity(a.Told)
}

// NewWorker makes the worker of all workflows, and of the activities that belong to no source.
func NewWorker(c client.Client, a Activities, options worker.Options) worker.Worker {
	options = WorkerOptions(nil, options)
	useDescribe(options, c.DescribeWorkflowExecution)
	w := worker.New(c, TaskQueue, options)
	Register(w, a)
	return w
}

// NewSourceWorker makes the worker of a source's activities.
func NewSourceWorker(c client.Client, source string, a Activities, options worker.Options) worker.Worker {
	options.DisableWorkflowWorker = true
	w := worker.New(c, SourceQueue(source), WorkerOptions(nil, options))
	a.register(w)
	return w
}

// Register registers what this program runs with a worker, a replayer or a test environment.
func Register(registry worker.Registry, a Activities) {
	registry.RegisterWorkflowWithOptions(SyncSource, workflow.RegisterOptions{Name: SyncSourceType})
	registry.RegisterWorkflowWithOptions(question.CheckSource, workflow.RegisterOptions{Name: question.CheckSourceType})
	registry.RegisterWorkflowWithOptions(question.PlanSource, workflow.RegisterOptions{Name: question.PlanSourceType})
	registry.RegisterWorkflowWithOptions(question.InspectSource, workflow.RegisterOptions{Name: question.InspectSourceType})
	registry.RegisterWorkflowWithOptions(question.ScheduleSource, workflow.RegisterOptions{Name: question.ScheduleSourceType})
	registry.RegisterWorkflowWithOptions(question.ListSources, workflow.RegisterOptions{Name: question.ListSourcesType})
	registry.RegisterWorkflowWithOptions(tell.NotifySource, workflow.RegisterOptions{Name: tell.NotifySourceType})
	registry.RegisterDynamicWorkflow(unknownType, workflow.DynamicRegisterOptions{})
	a.register(registry)
}

// WorkerOptions adds what a worker, a replayer and a test environment need to options: interceptors that bring signals into one
// order, keep search attributes from the server that the namespace lacks, and make a failure that Temporal keeps of a panic in an
// activity. They stand before those of options. Without a list no workflow runs: see UseAttributes.
func WorkerOptions(list attribute.List, options worker.Options) worker.Options {
	ours := []interceptor.WorkerInterceptor{&intercepted{list: list}, activities.Interceptor()}
	options.Interceptors = append(ours, options.Interceptors...)
	return options
}

// UseAttributes gives the list of a namespace to a worker that is being made. The plugin of the client calls it, which knows the
// namespace. A worker that was not made by NewWorker or NewSourceWorker is an error.
func UseAttributes(options *worker.Options, list attribute.List) error {
	for _, one := range options.Interceptors {
		if i, ok := one.(*intercepted); ok {
			i.list = list
			return nil
		}
	}
	return errors.New("this worker lacks the interceptors of the workflows: make it by workflows.NewWorker or NewSourceWorker")
}

// useDescribe lets the worker count, in answers to queries, what running activities have done so far.
func useDescribe(options worker.Options, describe live.Describe) {
	for _, one := range options.Interceptors {
		if i, ok := one.(*intercepted); ok {
			i.describe = describe
		}
	}
}

// intercepted stands between Temporal and the workflows.
type intercepted struct {
	interceptor.WorkerInterceptorBase
	list     attribute.List
	describe live.Describe // nil: answers hold what the workflow knows and no more
}

// InterceptWorkflow stands before everything that a workflow is sent.
func (i *intercepted) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	in := &inbound{list: i.list}
	if i.describe != nil {
		in.watch = &live.Watch{Describe: i.describe}
	}
	in.Next = next
	return in
}

// inbound stands before one run of a workflow.
type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	list  attribute.List
	watch *live.Watch // nil: see intercepted
	shown *display    // of the sync, once it runs
}

// Init stands behind everything that the workflow asks for.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(attribute.Filter(i.list, next))
}

// ofLonghaul says whether Longhaul itself sends a signal, which has a channel of its own.
func ofLonghaul(signal string) bool { return signal == live.Signal || signal == course.SkipSignal }

// HandleSignal is called for one signal after the other as they stand in the history.
func (i *inbound) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	if workflow.GetInfo(ctx).WorkflowType.Name == SyncSourceType && !ofLonghaul(in.SignalName) {
		if err := operator.PutInOrder(in); err != nil {
			return err
		}
	}
	return i.Next.HandleSignal(ctx, in)
}

// HandleQuery adds what running activities have done to the answer about progress, and shows the same in the UI. It writes nothing that
// a history knows.
func (i *inbound) HandleQuery(ctx workflow.Context, in *interceptor.HandleQueryInput) (any, error) {
	answer, err := i.Next.HandleQuery(ctx, in)
	p, ok := answer.(Progress)
	if err != nil || !ok || i.shown == nil || i.watch == nil {
		return answer, err
	}
	if p.Outcome == "" {
		id := workflow.GetInfo(ctx).WorkflowExecution
		p = i.shown.add(p, i.watch.Counts(i.shown.running.Tasks(), id.ID, id.RunID))
		workflow.SetCurrentDetails(ctx, i.shown.page(p))
	}
	return p, nil
}

// interceptedKey marks the context of a workflow that runs behind the interceptors.
type interceptedKey struct{}

// ExecuteWorkflow marks the context.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	return i.Next.ExecuteWorkflow(workflow.WithValue(ctx, interceptedKey{}, i), in)
}

// showTo lets answers to queries add to what a sync shows.
func showTo(ctx workflow.Context, d *display) {
	if i, ok := ctx.Value(interceptedKey{}).(*inbound); ok {
		i.shown = d
	}
}

// mustBeIntercepted stops a worker that was not made by NewWorker on a client that knows its namespace. Its workflow task fails and
// is tried again, on a worker that is made right; no sync ends by it.
func mustBeIntercepted(ctx workflow.Context) {
	if i, ok := ctx.Value(interceptedKey{}).(*inbound); !ok || i.list == nil {
		//nolint:forbidigo // an error would end the sync; a panic fails the task only
		panic("this worker lacks the interceptors of the workflows, so signals would not be heard: make it by workflows.NewWorker on a client of host.Dial")
	}
}

// TaskQueue is the task queue of every Longhaul worker, and the only one that people name.
const TaskQueue = call.TaskQueue

// SourceQueue is the task queue of a source's activities.
func SourceQueue(source string) string { return call.SourceQueue(source) }

// Unserved says that no worker polls the task queue of a source, and what to do.
func Unserved(source string) string { return call.Unserved(source) }

// SyncSourceType is the workflow type that copies one source. It is a contract: schedules and scripts name it.
const SyncSourceType = "SyncSource"

// ProgressQuery is the query that answers with Progress at any moment of a sync.
const ProgressQuery = "progress"

// The signals and updates that operators send to a running sync.
const (
	PauseSignal    = operator.Pause
	ResumeSignal   = operator.Resume
	CancelReason   = operator.CancelReason
	ApproveUpdate  = operator.Approve
	DiscardUpdate  = operator.Discard
	SetQuotaUpdate = operator.SetQuota
)

// MostReason bounds the reason of an order, in bytes.
const MostReason = operator.MaxReasonBytes

// Reason is the input of every order but set-quota.
type Reason = operator.Reason

// QuotaChange is the input of the update set-quota.
type QuotaChange = operator.QuotaChange

// Phase is the step a sync is in, as the search attribute LonghaulPhase and the progress query show it.
type Phase string

// The phases, in the order of a sync.
const (
	PhaseAuthenticate Phase = "authenticate"
	PhaseEnumerate    Phase = "enumerate"
	PhaseGuard        Phase = "guard"
	PhasePlan         Phase = "plan"
	PhaseDescribe     Phase = "describe"
	PhaseCatchUp      Phase = "catch_up"
	PhaseAssemble     Phase = "assemble"
	PhaseUpload       Phase = "upload"
	PhaseRecord       Phase = "record"
	PhaseDone         Phase = "done"
)

// The phases that are shown in place of the one a sync is in while it stands still.
const (
	PhasePaused  Phase = "paused"  // by an operator
	PhaseBlocked Phase = "blocked" // by something that somebody must fix, and then resume
	PhaseHeld    Phase = "held"    // until an operator approves or discards what was found

	// PhaseHandedOver is shown by a workflow under another id than the source's own: the sync runs under that one.
	PhaseHandedOver Phase = "handed_over"
)

// Outcome says how a sync ended.
type Outcome string

// The outcomes of a sync that completed, and the two of one that did not, as LonghaulOutcome shows them.
const (
	OutcomeComplete  Outcome = "complete"  // every report is accounted for and none is missing its columns for a reason that could be fixed
	OutcomeGaps      Outcome = "gaps"      // some reports were denied or failed
	OutcomeSkipped   Outcome = "skipped"   // another sync of the source was already running
	OutcomeDiscarded Outcome = "discarded" // an operator refused what was found
	OutcomeFailed    Outcome = "failed"
	OutcomeCancelled Outcome = "cancelled"
)

// Words is the outcome as people should read it: a sync is complete as far as the run-as user sees the org.
func (o Outcome) Words(unseen *listing.Unseen) string {
	if unseen == nil || unseen.Words() == "" || o != OutcomeComplete && o != OutcomeGaps {
		return string(o)
	}
	return string(o) + "; " + unseen.Words()
}

// SyncID is the id of the one workflow that may sync source.
func SyncID(source string) string { return sourcename.SyncPrefix + source }

// SourceOfID is the inverse of SyncID; ok is false for an id of another form.
func SourceOfID(id string) (source string, ok bool) {
	source, ok = strings.CutPrefix(id, sourcename.SyncPrefix)
	if !ok || !validSource(source) {
		return "", false
	}
	return source, true
}

// StagedID names a sync in the bucket: by its start, so that ids sort by time, and by the id of its first run. Temporal's run ids
// begin with the time too, so it is their end that tells two syncs of one moment apart.
func StagedID(start time.Time, firstRun string) string {
	const tail = 8
	return staging.SyncID(start, firstRun[max(0, len(firstRun)-tail):])
}

// validSource says whether name is one that a source may have.
func validSource(name string) bool { return sourcename.Check(name) == nil }

// Mode says how much of what is known may be reused.
type Mode string

// The modes of a sync.
const (
	ModeAuto Mode = "auto" // reports that did not change since they were last described are not described again
	ModeFull Mode = "full" // every report is described
)

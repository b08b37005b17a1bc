package host

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

const (
	// clusterTimeout bounds each question to Temporal.
	clusterTimeout = 4 * time.Second
	// pollPeriod is a little longer than a poll lasts, after which a worker that lives polls anew.
	pollPeriod = 65 * time.Second
)

// Cluster asks the Temporal for which an activity runs about itself and the workers of a source.
func (h *Host) Cluster(ctx context.Context, name string) cluster.Facts {
	return h.cluster(ctx, activity.GetClient(ctx), activity.GetInfo(ctx).Namespace, name)
}

func (h *Host) cluster(ctx context.Context, c client.Client, namespace, name string) cluster.Facts {
	facts := cluster.Facts{
		Namespace: namespace, Source: name, Sources: h.roster.Names(), Me: h.me(name), Serves: h.work.serves(name), Wanted: typeNames(attribute.Types()),
	}
	described, err := within(ctx, func(ctx context.Context) (*workflowservice.DescribeNamespaceResponse, error) {
		return c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	})
	if err != nil {
		facts.NamespaceErr = explained(err)
	}
	facts.Active = described.GetNamespaceInfo().GetState() == enumspb.NAMESPACE_STATE_REGISTERED
	facts.Retention = described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
	known, err := within(ctx, func(ctx context.Context) (attribute.Namespace, error) {
		return listAttributes(ctx, c.OperatorService(), namespace)
	})
	if err != nil {
		facts.AttributesErr = explained(err)
	}
	facts.Listed, facts.Known = known.Listed, typeNames(known.Types)
	facts.Workers, facts.WorkersErr = within(ctx, func(ctx context.Context) ([]doctor.Worker, error) { return h.workersOf(ctx, c, name) })
	return facts
}

// explained gives an error of Temporal a sentence.
func explained(err error) error {
	if refused := Refused(err); refused != nil {
		return refused
	}
	return unanswered(err)
}

func within[R any](ctx context.Context, ask func(context.Context) (R, error)) (R, error) {
	ctx, cancel := context.WithTimeout(ctx, clusterTimeout)
	defer cancel()
	return ask(ctx)
}

func typeNames(types map[string]enumspb.IndexedValueType) map[string]string {
	names := make(map[string]string, len(types))
	for name, of := range types {
		names[name] = of.String()
	}
	return names
}

// workersOf lists the workers that poll for the activities of a source. This process is among them where it serves the source: a Temporal
// that was started again knows only those that have polled since. Those that only tell a sync that its source was disconnected have no settings
// of it in their label, and serve it no more.
func (h *Host) workersOf(ctx context.Context, c client.Client, name string) ([]doctor.Worker, error) {
	var me []string
	if h.work.serves(name) {
		me = append(me, h.me(name).Label())
	}
	all, err := polling(ctx, c, workflows.SourceQueue(name), enumspb.TASK_QUEUE_TYPE_ACTIVITY, me...)
	return slices.DeleteFunc(all, func(w doctor.Worker) bool { return w.Version != "" && w.Settings == "" }), err
}

// polling lists the workers that poll a queue, each once, although each polls several times, and those that are known to poll it.
func polling(ctx context.Context, c client.Client, queue string, kind enumspb.TaskQueueType, known ...string) ([]doctor.Worker, error) {
	answer, err := c.DescribeTaskQueue(ctx, queue, kind)
	if err != nil {
		return nil, err
	}
	now, last := time.Now(), map[string]time.Time{}
	for _, p := range answer.GetPollers() {
		at := p.GetLastAccessTime().AsTime()
		if now.Sub(at) < doctor.Memory && at.After(last[p.GetIdentity()]) {
			last[p.GetIdentity()] = at
		}
	}
	for _, label := range known {
		last[label] = now
	}
	told := map[string]time.Time{} // by process: when it last polled without the settings of the source
	for label, at := range last {
		if w := doctor.ParseLabel(label); w.Settings == "" {
			told[w.Identity] = at
		}
	}
	var all []doctor.Worker
	for label, at := range last {
		w := doctor.ParseLabel(label)
		if w.Settings != "" && told[w.Identity].After(at) {
			continue // it served the source before
		}
		w.Stale = now.Sub(at) > pollPeriod
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b doctor.Worker) int { return cmp.Compare(a.Label(), b.Label()) })
	return all, nil
}

// atWork are the workers of this process; none before NewWorker.
type atWork struct{ workers atomic.Pointer[Workers] }

// serves says whether this process serves a source now.
func (a *atWork) serves(name string) bool {
	w := a.workers.Load()
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, there := w.serving[name]
	return there && !w.stopped
}

// listAttributes asks a namespace for its search attributes, as the workers' own list does.
func listAttributes(ctx context.Context, service operatorservice.OperatorServiceClient, namespace string) (attribute.Namespace, error) {
	return (&attributes{service: service, namespace: namespace}).list(ctx)
}

package ledger_test

import (
	"context"
	"encoding/binary"
	"maps"
	"path/filepath"
	"sync"
	"testing"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// temporal is a server whose schedules are workflows: what is written beside another change is dropped without a word.
type temporal struct {
	workflowservice.WorkflowServiceClient // nil: nothing else is asked

	mu       sync.Mutex
	has      map[string]*schedulepb.Schedule
	tokens   map[string]uint64
	requests map[string]int // by method
	refuses  error
	between  func()               // runs once between a description and the next request, without the lock
	made     func()               // runs once after a schedule was made, without the lock
	lists    *schedulepb.Schedule // is what lists show of acme, as those that are a moment old; nil: what is there
}

func newTemporal() *temporal {
	return &temporal{has: map[string]*schedulepb.Schedule{}, tokens: map[string]uint64{}, requests: map[string]int{}}
}

// begin counts a request. The caller unlocks.
func (f *temporal) begin(method string) error {
	f.mu.Lock()
	if f.between != nil && method != "describe" {
		now := f.between
		f.between = nil
		f.mu.Unlock()
		now()
		f.mu.Lock()
	}
	f.requests[method]++
	return f.refuses
}

// asked is how many requests there were since it was asked last.
func (f *temporal) asked() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.requests {
		n += one
	}
	f.requests = map[string]int{}
	return n
}

func (f *temporal) at(id string) *schedulepb.Schedule {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.has[id]
}

// byHand changes a schedule as a person does; nil deletes it.
func (f *temporal) byHand(id string, change func(*schedulepb.Schedule)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if change == nil {
		delete(f.has, id)
		return
	}
	f.has[id] = copied(f.has[id])
	change(f.has[id])
	f.tokens[id]++
}

func copied(s *schedulepb.Schedule) *schedulepb.Schedule {
	c, ok := proto.Clone(s).(*schedulepb.Schedule)
	if !ok || c == nil {
		return &schedulepb.Schedule{Spec: &schedulepb.ScheduleSpec{}, State: &schedulepb.ScheduleState{}}
	}
	if c.State == nil {
		c.State = new(schedulepb.ScheduleState)
	}
	return c
}

func (f *temporal) DescribeSchedule(
	_ context.Context, q *workflowservice.DescribeScheduleRequest, _ ...grpc.CallOption,
) (*workflowservice.DescribeScheduleResponse, error) {
	err := f.begin("describe")
	defer f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	there := f.has[q.GetScheduleId()]
	if there == nil {
		return nil, serviceerror.NewNotFound("schedule not found")
	}
	return &workflowservice.DescribeScheduleResponse{
		Schedule: copied(there), Info: &schedulepb.ScheduleInfo{}, ConflictToken: binary.BigEndian.AppendUint64(nil, f.tokens[q.GetScheduleId()]),
	}, nil
}

func (f *temporal) CreateSchedule(
	_ context.Context, q *workflowservice.CreateScheduleRequest, _ ...grpc.CallOption,
) (*workflowservice.CreateScheduleResponse, error) {
	err := f.begin("create")
	defer func() {
		now := f.made
		f.made = nil
		f.mu.Unlock()
		if now != nil {
			now()
		}
	}()
	if err != nil {
		return nil, err
	}
	if f.has[q.GetScheduleId()] != nil {
		return nil, serviceerror.NewWorkflowExecutionAlreadyStarted("there is one", "", "")
	}
	f.has[q.GetScheduleId()], f.tokens[q.GetScheduleId()] = copied(q.GetSchedule()), 1
	return &workflowservice.CreateScheduleResponse{}, nil
}

func (f *temporal) UpdateSchedule(
	_ context.Context, q *workflowservice.UpdateScheduleRequest, _ ...grpc.CallOption,
) (*workflowservice.UpdateScheduleResponse, error) {
	err := f.begin("update")
	defer f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if id := q.GetScheduleId(); f.has[id] != nil && binary.BigEndian.Uint64(q.GetConflictToken()) == f.tokens[id] {
		f.has[id] = copied(q.GetSchedule())
		f.tokens[id]++
	}
	return &workflowservice.UpdateScheduleResponse{}, nil
}

func (f *temporal) PatchSchedule(
	_ context.Context, q *workflowservice.PatchScheduleRequest, _ ...grpc.CallOption,
) (*workflowservice.PatchScheduleResponse, error) {
	err := f.begin("patch")
	defer f.mu.Unlock()
	if there := f.has[q.GetScheduleId()]; err == nil && there != nil {
		there.State = &schedulepb.ScheduleState{Paused: q.GetPatch().GetPause() != "", Notes: q.GetPatch().GetPause() + q.GetPatch().GetUnpause()}
		f.tokens[q.GetScheduleId()]++
	}
	return &workflowservice.PatchScheduleResponse{}, err
}

func (f *temporal) DeleteSchedule(
	_ context.Context, q *workflowservice.DeleteScheduleRequest, _ ...grpc.CallOption,
) (*workflowservice.DeleteScheduleResponse, error) {
	err := f.begin("delete")
	defer f.mu.Unlock()
	if err == nil && f.has[q.GetScheduleId()] == nil {
		err = serviceerror.NewNotFound("schedule not found")
	}
	delete(f.has, q.GetScheduleId())
	return &workflowservice.DeleteScheduleResponse{}, err
}

func (f *temporal) ListSchedules(
	_ context.Context, q *workflowservice.ListSchedulesRequest, _ ...grpc.CallOption,
) (*workflowservice.ListSchedulesResponse, error) {
	err := f.begin("list")
	defer f.mu.Unlock()
	answer := new(workflowservice.ListSchedulesResponse)
	has := f.has
	if f.lists != nil {
		has = map[string]*schedulepb.Schedule{"longhaul-acme": f.lists}
	}
	for id := range maps.Keys(has) {
		there := copied(has[id])
		answer.Schedules = append(answer.Schedules, &schedulepb.ScheduleListEntry{ScheduleId: id, Info: &schedulepb.ScheduleListInfo{
			Spec: there.GetSpec(), Paused: there.GetState().GetPaused(), Notes: there.GetState().GetNotes(),
		}})
	}
	return answer, err
}

func bucketOf(t *testing.T) *staging.Store {
	t.Helper()
	store, err := staging.Open(t.Context(), "file://"+filepath.ToSlash(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// worker is a process that serves sources.
type worker struct {
	*ledger.Ledger

	server ledger.Server
	served map[string]source.Schedule
}

func newWorker(on *temporal, store *staging.Store, served map[string]source.Schedule) *worker {
	return &worker{
		Ledger: ledger.New(store, ledger.Kind{Queue: "longhaul", WorkflowType: "SyncSource"}, nil),
		server: ledger.Server{Service: on, Namespace: "default"}, served: served,
	}
}

// look is what a worker does at its start and each minute.
func (w *worker) look(t *testing.T) {
	t.Helper()
	w.Reconcile(t.Context(), w.server, w.served)
}

// says gives an order, which must be done.
func (w *worker) says(t *testing.T, o schedule.Order) schedule.State {
	t.Helper()
	state, err := w.Apply(t.Context(), w.server, "acme", w.served["acme"], o)
	if err != nil {
		t.Fatalf("%+v: %v", o, err)
	}
	return state
}

// starts says what starts source acme; empty for nothing.
func starts(on *temporal) string {
	there := on.at("longhaul-acme")
	if there == nil {
		return ""
	}
	return schedule.SpecWords(there.GetSpec())
}

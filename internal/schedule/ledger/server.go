package ledger

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
)

const (
	// requestTimeout bounds one request to Temporal.
	requestTimeout = 10 * time.Second
	// pageSize and mostPages bound a list of schedules. They belong to the namespace, whoever made them.
	pageSize  = 1000
	mostPages = 50
)

// Server is Temporal, for requests about schedules. The SDK's own handle of a schedule sends no conflict token, so that two workers would
// overwrite each other.
type Server struct {
	Service             workflowservice.WorkflowServiceClient
	Namespace, Identity string
}

// request gives one request to Temporal its bound.
func request[Q, A any](ctx context.Context, send func(context.Context, Q, ...grpc.CallOption) (A, error), q Q) (A, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return send(ctx, q)
}

// Describe gives a schedule; nil where there is none.
func (s Server) Describe(ctx context.Context, name string) (*workflowservice.DescribeScheduleResponse, error) {
	answer, err := request(ctx, s.Service.DescribeSchedule, &workflowservice.DescribeScheduleRequest{
		Namespace: s.Namespace, ScheduleId: schedule.ID(name),
	})
	if missing(err) {
		return nil, nil
	}
	return answer, err
}

// create makes a schedule; false where there is one.
func (s Server) create(ctx context.Context, name string, of *schedulepb.Schedule) (bool, error) {
	_, err := request(ctx, s.Service.CreateSchedule, &workflowservice.CreateScheduleRequest{
		Namespace: s.Namespace, ScheduleId: schedule.ID(name), Schedule: of, Identity: s.Identity, RequestId: uuid.NewString(),
	})
	if errors.As(err, new(*serviceerror.AlreadyExists)) || errors.As(err, new(*serviceerror.WorkflowExecutionAlreadyStarted)) {
		return false, nil
	}
	return err == nil, err
}

// update writes a schedule, unless it has changed since it was described; false where the server says that it has. A server whose
// schedules are workflows says nothing, and leaves the schedule as it is.
func (s Server) update(ctx context.Context, name string, of *schedulepb.Schedule, token []byte) (bool, error) {
	_, err := request(ctx, s.Service.UpdateSchedule, &workflowservice.UpdateScheduleRequest{
		Namespace: s.Namespace, ScheduleId: schedule.ID(name), Schedule: of, ConflictToken: token, Identity: s.Identity, RequestId: uuid.NewString(),
	})
	if errors.As(err, new(*serviceerror.FailedPrecondition)) || missing(err) {
		return false, nil
	}
	return err == nil, err
}

// patch pauses a schedule or lets it go on.
func (s Server) patch(ctx context.Context, name string, patch *schedulepb.SchedulePatch) error {
	_, err := request(ctx, s.Service.PatchSchedule, &workflowservice.PatchScheduleRequest{
		Namespace: s.Namespace, ScheduleId: schedule.ID(name), Patch: patch, Identity: s.Identity, RequestId: uuid.NewString(),
	})
	return err
}

// remove deletes a schedule. It is no error if there is none.
func (s Server) remove(ctx context.Context, name string) error {
	_, err := request(ctx, s.Service.DeleteSchedule, &workflowservice.DeleteScheduleRequest{
		Namespace: s.Namespace, ScheduleId: schedule.ID(name), Identity: s.Identity,
	})
	if missing(err) {
		return nil
	}
	return err
}

// List gives the schedules of the namespace by their ids, in one request for each thousand.
func (s Server) List(ctx context.Context) (map[string]*schedulepb.ScheduleListInfo, error) {
	all := map[string]*schedulepb.ScheduleListInfo{}
	q := &workflowservice.ListSchedulesRequest{Namespace: s.Namespace, MaximumPageSize: pageSize}
	for range mostPages {
		answer, err := request(ctx, s.Service.ListSchedules, q)
		if err != nil {
			return nil, err
		}
		for _, one := range answer.GetSchedules() {
			all[one.GetScheduleId()] = one.GetInfo()
		}
		if q.NextPageToken = answer.GetNextPageToken(); len(q.NextPageToken) == 0 {
			break
		}
	}
	return all, nil
}

func missing(err error) bool { return errors.As(err, new(*serviceerror.NotFound)) }

// explain gives an error of Temporal about schedules a sentence.
func explain(err error) error {
	if err == nil || fault.From(err) != nil {
		return err
	}
	f := &fault.Error{
		Class: fault.Transient, System: fault.Temporal, Err: err,
		Message: "Temporal does not answer about schedules: nothing to change if it passes; else check that it runs",
	}
	var denied *serviceerror.PermissionDenied
	var invalid *serviceerror.InvalidArgument
	switch {
	case errors.As(err, &denied):
		f.Message = "Temporal does not let the workers read and write schedules: give their key the right to do so in the namespace (syncs go on without)"
	case errors.As(err, &invalid):
		f.Class, f.Message = fault.Invalid, "Temporal does not take the schedule: "+short(invalid.Error())
	case errors.As(err, new(*serviceerror.Unimplemented)):
		f.Message = "this Temporal has no schedules: start syncs by another clock, such as cron with `sync --no-wait` (syncs go on without)"
	}
	return f
}

// short is the first line of another program's text.
func short(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return fault.Clip(text, 200)
}

// passes says whether an error of Temporal may pass by itself.
func passes(err error) bool {
	return !errors.As(err, new(*serviceerror.PermissionDenied)) && !errors.As(err, new(*serviceerror.InvalidArgument)) &&
		!errors.As(err, new(*serviceerror.Unimplemented)) && !errors.As(err, new(*serviceerror.NamespaceNotFound))
}

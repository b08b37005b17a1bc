package host

import (
	"context"
	"errors"
	"strings"
	"testing"

	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"

	"longhaul/internal/fault"
)

// telling is a Temporal that tells an id of its namespaces and one of its cluster.
type telling struct {
	workflowservice.WorkflowServiceClient

	namespace, cluster string
}

func (s telling) DescribeNamespace(
	context.Context, *workflowservice.DescribeNamespaceRequest, ...grpc.CallOption,
) (*workflowservice.DescribeNamespaceResponse, error) {
	return &workflowservice.DescribeNamespaceResponse{NamespaceInfo: &namespacepb.NamespaceInfo{Id: s.namespace}}, nil
}

func (s telling) GetClusterInfo(
	context.Context, *workflowservice.GetClusterInfoRequest, ...grpc.CallOption,
) (*workflowservice.GetClusterInfoResponse, error) {
	return &workflowservice.GetClusterInfoResponse{ClusterId: s.cluster}, nil
}

// Two Temporals must never look the same: each would take the other's running sync for a leftover of its own.
func TestIdentityOf_tellsTemporalsApart(t *testing.T) {
	t.Parallel()
	const uuid = "6f1c9b1e-52a7-4a44-8f5e-3c0d3a5d7b11"
	long := strings.Repeat("n", 1000)
	seen := map[string]string{}
	for name, row := range map[string]struct {
		server    telling
		namespace string
	}{
		"its namespace has an id":           {telling{namespace: uuid, cluster: "one"}, "default"},
		"its namespace has none":            {telling{cluster: "one"}, "default"},
		"another cluster":                   {telling{cluster: "two"}, "default"},
		"another namespace of the cluster":  {telling{cluster: "two"}, "etl"},
		"a long name":                       {telling{cluster: "two"}, long},
		"another long name":                 {telling{cluster: "two"}, long + "m"},
		"an id that is no UUID":             {telling{namespace: long}, "default"},
		"another id that is no UUID either": {telling{namespace: long + "m"}, "default"},
	} {
		id, err := identityOf(t.Context(), row.server, row.namespace)
		if err != nil || id == "" || len(id) > longestIdentity {
			t.Fatalf("%s: %q, %v", name, id, err)
		}
		if other, taken := seen[id]; taken {
			t.Errorf("%s: it has the id %q of: %s", name, id, other)
		}
		seen[id] = name
		if row.server.namespace == uuid && id != uuid {
			t.Errorf("%s: the id is %q", name, id)
		}
	}
	_, err := identityOf(t.Context(), telling{}, "default")
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Class != fault.Invalid {
		t.Errorf("a Temporal that tells no id at all: %v", err)
	}
}

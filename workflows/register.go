package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// Register tells Temporal what this program runs. Production and tests use the same list.
func Register(registry worker.Registry, a *activities.Activities) {
	registry.RegisterWorkflowWithOptions(SyncSource, workflow.RegisterOptions{Name: SyncSourceType})
	RegisterActivities(registry, a)
}

// RegisterActivities tells Temporal what a worker runs that serves a source and no workflows.
func RegisterActivities(registry worker.ActivityRegistry, a *activities.Activities) {
	registry.RegisterActivity(a)
}

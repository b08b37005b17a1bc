package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The option presets, one per kind of work. None bounds the time an activity may wait for a worker: a sync outlives a
// night without workers.
var (
	forCall     = workflow.ActivityOptions{StartToCloseTimeout: time.Minute}
	forList     = workflow.ActivityOptions{StartToCloseTimeout: 2 * time.Hour, HeartbeatTimeout: 30 * time.Second}
	forPlan     = workflow.ActivityOptions{StartToCloseTimeout: 30 * time.Minute, HeartbeatTimeout: 30 * time.Second}
	forDescribe = workflow.ActivityOptions{StartToCloseTimeout: 30 * time.Minute, HeartbeatTimeout: 15 * time.Second}
	forFile     = workflow.ActivityOptions{StartToCloseTimeout: 2 * time.Hour, HeartbeatTimeout: 30 * time.Second}
)

// retries never end by themselves: what cannot be mended by trying again says so by its error (activities.toTemporal).
var retries = temporal.RetryPolicy{
	InitialInterval:    time.Second,
	BackoffCoefficient: 2,
	MaximumInterval:    10 * time.Second,
}

// firstAttempts bounds the tries to log in before anything was read: a wrong host must not look like a long sync. It
// makes about half a minute.
const firstAttempts = 6

// with readies ctx for one activity of a kind of work; summary is what the UI shows beside it, under 200 bytes.
func with(ctx workflow.Context, preset workflow.ActivityOptions, summary string) workflow.Context {
	policy := retries
	preset.RetryPolicy = &policy
	preset.WaitForCancellation = true
	preset.Summary = summary
	return workflow.WithActivityOptions(ctx, preset)
}

// limited bounds the attempts of the activity that ctx is readied for.
func limited(ctx workflow.Context, attempts int32) workflow.Context {
	options := workflow.GetActivityOptions(ctx)
	options.RetryPolicy.MaximumAttempts = attempts
	return workflow.WithActivityOptions(ctx, options)
}

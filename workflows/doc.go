// Package workflows orchestrates a sync durably: deterministic code only, which names activities, keeps counts and
// references, and leaves every side effect to package activities.
package workflows

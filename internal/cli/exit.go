package cli

import (
	"errors"
	"fmt"
	"strings"

	"longhaul/internal/cli/ask"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/monitor"
	"longhaul/workflows"
)

// The exit codes. They are a contract: cron lines and monitors read them.
const (
	exitDone        = 0
	exitInternal    = 1
	exitUsage       = 2
	exitLogin       = 3
	exitPermission  = 4
	exitGaps        = 5
	exitCatalog     = 6
	exitUnreachable = 7
	exitStopped     = 8
	exitShrunk      = 9
	exitWaits       = 10
	exitDiffer      = 11
	exitInterrupted = 130
)

// exitCodes is the table that every help text ends with.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{exitDone, "done"},
	{exitInternal, "a fault of Longhaul itself, or a result that could not be written to stdout"},
	{exitUsage, "wrong usage, settings or paths"},
	{exitLogin, "Salesforce refused the login"},
	{exitPermission, "the run-as user lacks a permission"},
	{exitGaps, "reports could not be described (only with --strict)"},
	{exitCatalog, "the catalog refused the delivery"},
	{exitUnreachable, "Salesforce, the catalog, Temporal, a worker, the bucket or a receiver of messages cannot be reached"},
	{exitStopped, "the sync was cancelled, terminated or discarded"},
	{exitShrunk, "far less was found than last time (only extract)"},
	{exitWaits, "the sync waits for API calls and goes on by itself (only with --no-wait)"},
	{exitDiffer, "the two folders differ (only diff of two folders)"},
	{exitInterrupted, "interrupted"},
}

func exitCodeHelp() string {
	var b strings.Builder
	for _, row := range exitCodes {
		fmt.Fprintf(&b, "  %-4d %s\n", row.code, row.meaning)
	}
	return strings.TrimRight(b.String(), "\n")
}

// ending is an end of a command that is no fault and has an exit code of its own.
type ending struct {
	class   string // as --json shows it
	code    int
	message string
}

// Error gives the sentence.
func (e *ending) Error() string { return e.message }

func interrupted(message string) error {
	return &ending{class: "interrupted", code: exitInterrupted, message: message}
}

// verdict is what a finished sync means for the exit code.
func verdict(result *workflows.Result, strict bool) error {
	switch {
	case result.Outcome == workflows.OutcomeDiscarded:
		return &ending{class: "discarded", code: exitStopped, message: "the sync was discarded"}
	case result.Outcome == workflows.OutcomeGaps && strict:
		return &ending{
			class: "gaps", code: exitGaps,
			message: humanize.Count(result.States.Gaps(), "report") + " could not be described, and --strict counts that as a failure",
		}
	default:
		return nil
	}
}

// endingOf finds the end of a command in the chain of err; nil when it has none.
func endingOf(err error) *ending {
	var end *ending
	if errors.As(err, &end) {
		return end
	}
	if errors.Is(err, ask.ErrDiffer) {
		return &ending{class: "differ", code: exitDiffer, message: ask.ErrDiffer.Error()}
	}
	var stopped *monitor.Stopped
	if errors.As(err, &stopped) {
		return &ending{class: stopped.Class, code: exitStopped, message: stopped.Message}
	}
	return nil
}

// hasOwnEnd says that an error keeps its exit code when the command is interrupted.
func hasOwnEnd(err error) bool { return endingOf(err) != nil }

// exitCode is the one place that decides how a program ends.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if end := endingOf(err); end != nil {
		return end.code
	}
	f := fault.From(err)
	if f == nil {
		return exitInternal
	}
	if refusedByCatalog(f) {
		return exitCatalog
	}
	switch f.Class {
	case fault.Invalid:
		return exitUsage
	case fault.LoginRefused, fault.SessionPolicy:
		return exitLogin
	case fault.PermissionMissing:
		return exitPermission
	case fault.Transient, fault.Throttled, fault.QuotaExhausted, fault.SessionExpired:
		return exitUnreachable
	default:
		return exitInternal
	}
}

// refusedByCatalog says that the catalog has answered and refused the token or the file. A catalog that cannot be reached, and
// settings that do not lead to it, end with the codes that they have for Salesforce.
func refusedByCatalog(f *fault.Error) bool {
	return f.System == fault.Catalog && (f.Class == fault.LoginRefused || f.Class == fault.Invalid)
}

// failure is an error as --json shows it on stderr.
type failure struct {
	Class    string `json:"class"`
	System   string `json:"system"`
	Message  string `json:"message"`
	ExitCode int    `json:"exit_code"`
}

func failureOf(err error) failure {
	shown := failure{Class: "internal", System: string(fault.Longhaul), Message: messageOf(err), ExitCode: exitCode(err)}
	if end := endingOf(err); end != nil {
		shown.Class = end.class
	} else if f := fault.From(err); f != nil {
		shown.Class, shown.System = string(f.Class), string(f.System)
	}
	return shown
}

// messageOf is the sentence of an error without its full stop. Where several mistakes were found at once, each keeps its line.
func messageOf(err error) string { return humanize.Clause(fault.Sentence(err)) }

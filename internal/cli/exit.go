package cli

import (
	"errors"
	"fmt"
	"strings"

	"longhaul/internal/fault"
)

// The exit codes. They are a contract: old cron lines and monitors read them.
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
	{exitGaps, "reports without columns remain (only with --strict)"},
	{exitCatalog, "the catalog refused the delivery"},
	{exitUnreachable, "Salesforce, the catalog, Temporal, a worker or the bucket cannot be reached"},
	{exitStopped, "the sync was cancelled or discarded"},
	{exitShrunk, "far less was found than last time (only extract)"},
	{exitInterrupted, "interrupted"},
}

func exitCodeHelp() string {
	var b strings.Builder
	for _, row := range exitCodes {
		fmt.Fprintf(&b, "  %-4d %s\n", row.code, row.meaning)
	}
	return strings.TrimRight(b.String(), "\n")
}

// ending is an end that is nobody's fault but has an exit code of its own.
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

// exitCode is the one place that decides how a program ends.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	var end *ending
	if errors.As(err, &end) {
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

// refusedByCatalog says that the catalog has answered, and wants neither the token nor the file. A catalog that cannot be
// reached and settings that do not lead there end as they do for Salesforce.
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
	shown := failure{
		Class: "internal", System: string(fault.Longhaul), Message: oneLine(fault.Sentence(err)), ExitCode: exitCode(err),
	}
	var end *ending
	if errors.As(err, &end) {
		shown.Class = end.class
	} else if f := fault.From(err); f != nil {
		shown.Class, shown.System = string(f.Class), string(f.System)
	}
	return shown
}

// oneLine keeps an error to a sentence: where several mistakes were found at once, each keeps a line of its own.
func oneLine(text string) string {
	return strings.TrimRight(text, ".\n ")
}

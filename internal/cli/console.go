package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"go.uber.org/zap"
	"golang.org/x/term"

	"longhaul/internal/fault"
	"longhaul/internal/monitor"
	"longhaul/internal/paths"
)

// console is where a command writes: results to out, everything else to err.
type console struct {
	name    string
	out     io.Writer
	err     io.Writer
	json    bool     // one object on out, errors as one object on err
	fancy   bool     // err is a terminal: bars instead of lines
	colours bool     // out is a terminal that shows colours
	results *results // what out writes to, where that is stdout
	command string
	warned  []string            // the lines of all warnings
	words   func(string) string // names what people gave, not the settings; nil keeps a sentence
	running bool                // the flags were parsed without a mistake
	changes bool                // the command does more than read and show
	log     *zap.Logger         // where every line goes in place of err; nil unless the command logs in JSON
}

func newConsole(a *App) *console {
	wants := a.env("NO_COLOR") == "" && a.env("TERM") != "dumb"
	out := &results{to: a.Stdout}
	return &console{
		name: a.name(), command: a.name(), out: out, results: out, err: a.Stderr,
		json:    slices.Contains(a.Args, "--json"), // for mistakes in the other flags too
		fancy:   hasRoom(a.Stderr) && a.env("TERM") != "dumb",
		colours: isTerminal(a.Stdout) && wants,
	}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// hasRoom says whether w is a terminal on which a bar fits. Some terminals that programs make have no size.
func hasRoom(w io.Writer) bool {
	const narrowest, lowest = 60, 10
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	width, height, err := term.GetSize(int(file.Fd()))
	return err == nil && width >= narrowest && height >= lowest
}

// above are the warnings that the reader of the results has seen already: those on err, where both are terminals.
func (c *console) above(warned []string) []string {
	if isTerminal(c.results.to) && isTerminal(c.err) {
		return warned
	}
	return nil
}

// width is that of the terminal that out is, in columns; zero where out is none.
func (c *console) width() int {
	file, ok := c.results.to.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// asked is the console of the verbs that ask.
type asked struct{ c *console }

// Out is stdout.
func (a asked) Out() io.Writer { return a.c.out }

// Width is that of the terminal.
func (a asked) Width() int { return a.c.width() }

// Colours says whether the terminal shows them.
func (a asked) Colours() bool { return a.c.colours }

// JSON says whether one object is asked for.
func (a asked) JSON() bool { return a.c.json }

// Asking says on a terminal what is being asked, while nothing else is seen.
func (a asked) Asking(what string) {
	if a.c.fancy && !a.c.json {
		a.c.note("%s", what)
	}
}

// Note says something to people.
func (a asked) Note(what string) { a.c.note("%s", what) }

// Warn shows warnings.
func (a asked) Warn(warnings []string) { a.c.warn(warnings) }

// PrintJSON writes the object.
func (a asked) PrintJSON(v any) error { return a.c.printJSON(v) }

// NameAs names in sentences what people gave.
func (a asked) NameAs(words func(string) string) { a.c.words = words }

// warningMark begins a line that is one. In a log it is a level.
const warningMark = "Warning: "

// note writes a line to people, beside the result.
func (c *console) note(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if c.log == nil {
		_, _ = fmt.Fprintln(c.err, line)
	} else if what, odd := strings.CutPrefix(line, warningMark); odd {
		c.log.Warn(what)
	} else {
		c.log.Info(line)
	}
}

// warn notes each line of each warning.
func (c *console) warn(warnings []string) {
	for _, lines := range warnings {
		for line := range strings.SplitSeq(lines, "\n") {
			if c.note(warningMark+"%s", line); c.log != nil && !c.log.Core().Enabled(zap.WarnLevel) {
				continue // nobody has read it
			}
			c.warned = append(c.warned, line)
		}
	}
}

// unsaid is a message in which something is new. Every line of one that stands among the warnings was about a source.
func (c *console) unsaid(message string) string {
	for line := range strings.SplitSeq(message, "\n") {
		if !slices.Contains(c.warned, line) {
			return message
		}
	}
	return "no source can be served, for the reasons above"
}

// view shows the progress of a sync.
func (c *console) view() monitor.View {
	view := monitor.NewView(c.err, c.fancy)
	if c.words != nil {
		return worded{view, c.words}
	}
	return view
}

// worded shows what a sync waits for in other words.
type worded struct {
	monitor.View
	words func(string) string
}

// Show shows a snapshot.
func (w worded) Show(s monitor.Snapshot) {
	s.Waiting = w.words(s.Waiting)
	w.View.Show(s)
}

// printJSON writes the object that --json promises.
func (c *console) printJSON(v any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// report shows an error, if there is one, and returns the exit code. A result that was lost is an error.
func (c *console) report(err error) int {
	lost := c.lost()
	switch {
	case err == nil && lost == nil:
		return exitDone
	case err == nil:
		err = lost
	case lost != nil:
		c.note("%s: %s", c.name, lost)
	}
	if !c.running && fault.From(err) == nil && lost == nil && exitCode(err) == exitInternal {
		err = fault.Invalidf("%s; `%s --help` shows what there is", err, c.command)
	}
	shown := failureOf(err)
	if c.words != nil {
		shown.Message = c.words(shown.Message)
	}
	switch {
	case c.json:
		encoder := json.NewEncoder(c.err)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(map[string]failure{"error": shown})
	case c.log != nil:
		c.log.Error(c.unsaid(shown.Message), zap.String("class", shown.Class), zap.String("system", shown.System), zap.Int("exit_code", shown.ExitCode))
	default:
		c.note("%s: %s", c.name, c.unsaid(shown.Message))
	}
	return shown.ExitCode
}

// results is stdout. A write to it never fails: the first failure is remembered and ends the command with exit code 1 once the
// work is done. Not every command checks each line that it prints, and a server goes on without its line.
type results struct {
	to      io.Writer
	written bool
	failed  error
}

// Write writes to stdout until that fails.
func (r *results) Write(p []byte) (int, error) {
	if r.failed != nil {
		return len(p), nil //nolint:nilerr // lost reports it
	}
	r.written = true
	if _, err := r.to.Write(p); err != nil {
		r.failed = err
	}
	return len(p), nil
}

// lost gives, once everything is written, the reason why a part of it is lost. Some disks report that only when a file is
// flushed.
func (r *results) lost() error {
	if r == nil {
		return nil
	}
	file, ok := r.to.(*os.File)
	if r.failed != nil || !ok || !r.written {
		return r.failed
	}
	if info, unknown := file.Stat(); unknown != nil || !info.Mode().IsRegular() {
		return nil //nolint:nilerr // a stdout without a status is no regular file
	}
	err := file.Sync()
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO) {
		r.failed = err
	}
	return r.failed
}

// lost is the end of a command whose result did not get out. A reader that leaves what changes nothing, as head does, has seen enough.
func (c *console) lost() error {
	err := c.results.lost()
	if err == nil || !c.changes && errors.Is(err, syscall.EPIPE) {
		return nil
	}
	message := fmt.Sprintf("the result could not be written to stdout (%s)", paths.Cause(err))
	if c.changes {
		message += ": what was done stays done, only its output is lost"
	}
	return &ending{class: "output", code: exitInternal, message: message}
}

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/term"

	"longhaul/internal/fault"
)

// console is where a command speaks: results to out, everything else to err.
type console struct {
	name    string
	out     io.Writer
	err     io.Writer
	json    bool     // one object on out, errors as one object on err
	fancy   bool     // err is a terminal: a bar instead of lines
	colours bool     // out is a terminal that wants them
	results *results // what out writes to, where that is stdout
	command string
	running bool // past the parsing of flags
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

// hasRoom says whether w is a terminal that a bar fits on; some that programs make have no size.
func hasRoom(w io.Writer) bool {
	const narrowest, lowest = 60, 10
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	width, height, err := term.GetSize(int(file.Fd()))
	return err == nil && width >= narrowest && height >= lowest
}

// note tells the user something beside the result.
func (c *console) note(format string, args ...any) {
	_, _ = fmt.Fprintf(c.err, format+"\n", args...)
}

// print writes the object that --json promises.
func (c *console) print(v any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// report shows an error, if there is one, and returns the exit code. A result that was lost is one.
func (c *console) report(err error) int {
	lost := c.results.lost()
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
	if c.json {
		encoder := json.NewEncoder(c.err)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(map[string]failure{"error": shown})
	} else {
		c.note("%s: %s", c.name, shown.Message)
	}
	return shown.ExitCode
}

// Package cli is Longhaul's command line: one tree of commands, from which each program takes the verbs that it can serve.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"longhaul/internal/build"
	"longhaul/internal/cli/connect"
	"longhaul/internal/host"
	"longhaul/internal/node"
	"longhaul/internal/plaintext"
	"longhaul/internal/telemetry"
	"longhaul/workflows"
)

// Verb is one command of a program.
type Verb string

// The verbs. Only standalone serves those that need Temporal inside the process.
const (
	Demo    Verb = "demo"
	Extract Verb = "extract"
	Serve   Verb = "serve"
	Server  Verb = "temporal"
	Check   Verb = "check"

	Connect    Verb = "connect"
	Disconnect Verb = "disconnect"

	Plan    Verb = "plan"
	History Verb = "history"
	Show    Verb = "show"
	Diff    Verb = "diff"
	Why     Verb = "why"
	Report  Verb = "report"
	Sync    Verb = "sync"
	Status  Verb = "status"
	Upload  Verb = "upload"
	Worker  Verb = "worker"

	Notify     Verb = "notify"
	Schedule   Verb = "schedule"
	Sources    Verb = "sources"
	Pause      Verb = workflows.PauseSignal
	Resume     Verb = workflows.ResumeSignal
	Approve    Verb = workflows.ApproveUpdate
	Discard    Verb = workflows.DiscardUpdate
	SetQuota   Verb = workflows.SetQuotaUpdate
	Cancel     Verb = "cancel"
	Completion Verb = "completion"
)

// links are the names of castor's programs. A link of such a name to a program that serves the verb is that verb.
var links = map[string]Verb{
	"castor-extract-salesforce-viz": Extract,
	"castor-upload":                 Upload,
}

// App is what a program gives the command line: how it was called, what it can do, and what is linked into it.
type App struct {
	Args           []string  // the first is the name it was called by
	Environ        []string  // NAME=value
	Dir            string    // the working directory, where relative paths start; empty: the process's own
	Stdin          io.Reader // nil: the process's own
	Stdout, Stderr io.Writer

	Short   string // what the program is, in a line
	Verbs   []Verb
	Itself  Verb   // what the program does when it is called without a verb; empty: it shows its help
	Version string // empty: as the build says

	StartTemporal  node.StartTemporal // nil where no server is linked
	StartSimulator StartSimulator     // nil where no simulator is linked

	Dial     node.Dial        // connects to Temporal; nil: host.Dial
	Terminal connect.Terminal // asks people; nil: the process's own, where it is one

	startNode func(context.Context, node.Options) (*node.Node, error) // nil: node.Start; tests start a node without machines
}

// Main runs the command line to its end and returns the exit code. The first SIGINT, SIGTERM or SIGHUP ends what runs in good
// order, the second SIGINT or SIGTERM kills. A reader of stdout that goes away is an error of the write, not a signal.
func Main(ctx context.Context, app App) (code int) {
	app.setDefaults()
	c := newConsole(&app)
	defer func() {
		if cause := recover(); cause != nil {
			code = c.report(crashed(cause, debug.Stack()))
		}
	}()
	telemetry.CatchStandard(nil) // until the command has a log
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := node.UntilSignalled(ctx)
	defer stop()

	root := app.tree(c)
	args := app.arguments(root)
	root.SetArgs(args)
	err := firstWord(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if err != nil && ctx.Err() != nil && !hasOwnEnd(err) {
		err = interrupted("interrupted")
	}
	return c.report(err)
}

func (a *App) setDefaults() {
	if len(a.Args) == 0 {
		a.Args = []string{"longhaul"}
	}
	if a.Dir == "" {
		a.Dir, _ = os.Getwd() // where it is gone, the errors about relative paths say so
	}
	if a.Version == "" {
		a.Version = build.Read(debug.ReadBuildInfo()).Version
	}
	if a.Stdin == nil {
		a.Stdin = os.Stdin
	}
	if a.Terminal == nil {
		a.Terminal = connect.NewTerminal(os.Stdin, a.Stderr)
	}
	if a.Dial == nil {
		a.Dial = host.Dial
	}
	if a.startNode == nil {
		a.startNode = node.Start
	}
}

// name is the one the program was called by.
func (a *App) name() string {
	return strings.TrimSuffix(filepath.Base(a.Args[0]), ".exe")
}

// itself is the verb that the program is by its name or its nature; empty when the first argument decides.
func (a *App) itself() Verb {
	if verb := links[a.name()]; slices.Contains(a.Verbs, verb) {
		return verb
	}
	return a.Itself
}

// steers is the name of the program that has the verbs which steer syncs: this one, unless it is one verb itself.
func (a *App) steers() string {
	if a.itself() != "" {
		return workflows.Program
	}
	return a.name()
}

// env looks a variable up in the environment that the program was given.
func (a *App) env(name string) string {
	for _, pair := range slices.Backward(a.Environ) {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			return plaintext.Line(value)
		}
	}
	return ""
}

// crashed writes the stack into a file, for an engineer, and gives the sentence for everybody else.
func crashed(cause any, stack []byte) error {
	what := fmt.Sprintf("this is a fault of Longhaul itself (%.200v)", cause)
	file, err := os.CreateTemp("", "longhaul-crash-*.txt")
	if err != nil {
		return errors.New(what + ": please report it with the command that you ran and the output of --version")
	}
	defer func() { _ = file.Close() }()
	_, _ = fmt.Fprintf(file, "%v\n\n%s", cause, stack)
	return fmt.Errorf("%s: please report it with the command that you ran, the output of --version and the file %s", what, file.Name())
}

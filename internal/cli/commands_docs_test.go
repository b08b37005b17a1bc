package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"longhaul/internal/node"
)

// TestPages_haveCommandsThatTheProgramsTake reads each command of our programs on every page, in blocks and in sentences, as a shell reads
// it, and has the program's own tree parse it: verb, flags and, in blocks, the number of arguments. Nothing is run.
func TestPages_haveCommandsThatTheProgramsTake(t *testing.T) {
	t.Parallel()
	programs := servedBy(t)
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, path := range append(paths, "../../README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		page := filepath.Base(path)
		blocks, sentences := shellOf(string(text))
		for _, block := range blocks {
			commands, err := callsOf(block, programs)
			if err != nil {
				t.Errorf("%s: no shell reads this (%v):\n%s", page, err, block)
			}
			for _, words := range commands {
				seen[words[0]]++
				if err := takes(programs, words, true); err != nil {
					t.Errorf("%s: %s: %v", page, strings.Join(words, " "), err)
				}
			}
		}
		for _, sentence := range sentences {
			commands, err := callsOf(sentence, programs)
			if err != nil || len(commands) != 1 {
				t.Errorf("%s: `%s` is not one command (%v)", page, sentence, err)
				continue
			}
			if err := takes(programs, commands[0], false); err != nil {
				t.Errorf("%s: `%s`: %v", page, sentence, err)
			}
		}
	}
	for _, name := range []string{"longhaul", "longhaul-starter", "longhaul-worker"} {
		if seen[name] == 0 {
			t.Errorf("no page has a command of %s: are the pages read?", name)
		}
	}
}

func TestCallsOf_findsWhatPagesGetWrong(t *testing.T) {
	t.Parallel()
	programs := servedBy(t)
	for text, want := range map[string]string{
		"longhaul-starter sync acme   # a comment":                                                  "",
		"A=1 longhaul check \\\n  -c 3MVG9... -b acme.my.salesforce.com":                            "",
		"umask 077; printf x | longhaul-starter connect acme --credentials -":                       "",
		"docker compose exec worker longhaul-starter sync acme":                                     "",
		"cd x && longhaul-starter sync acme --quick":                                                "unknown flag: --quick",
		"longhaul-starter sink acme":                                                                "not a verb",
		"longhaul-starter serve":                                                                    "not a verb",
		"longhaul-starter sync":                                                                     "takes the name of one source",
		"longhaul-starter why acme Pipeline by Region":                                              "takes a source and the Id",
		"longhaul-starter set-quota acme --share many":                                              "invalid argument",
		"longhaul-worker --config longhaul.yaml --share 3":                                          "unknown flag",
		"go run ./standalone demo --reports":                                                        "flag needs an argument",
		"x=$(longhaul-starter status acme --jason | jq .)":                                          "unknown flag: --jason",
		"longhaul temporal --data ./temporal --tls":                                                 "unknown flag: --tls",
		"castor-upload -t VIZ -k \"$TOKEN\" -s \"$ID\" -d out && castor-upload --token x --files y": "unknown flag: --files",
	} {
		commands, err := callsOf(text, programs)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		for _, words := range commands {
			if err == nil {
				err = takes(programs, words, true)
			}
		}
		if len(commands) == 0 || (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %d commands, error %v, want %q", text, len(commands), err, want)
		}
	}
}

// servedBy has each program with the verbs that its main package gives it, and castor's names.
func servedBy(t *testing.T) map[string]App {
	t.Helper()
	constants := verbConstants(t)
	programs := map[string]App{}
	for name, path := range map[string]string{"longhaul": "standalone", "longhaul-starter": "starter", "longhaul-worker": "worker"} {
		text, err := os.ReadFile(filepath.Join("../..", path, "run.go"))
		if err != nil {
			t.Fatal(err)
		}
		app, _ := newTestApp(t)
		app.Verbs = nil
		for _, found := range regexp.MustCompile(`cli\.(\w+)`).FindAllStringSubmatch(string(text), -1) {
			if verb, isVerb := constants[found[1]]; isVerb {
				app.Verbs = append(app.Verbs, verb)
			}
		}
		if len(app.Verbs) == 0 {
			t.Fatalf("%s serves no verb", name)
		}
		switch name {
		case "longhaul":
			app.StartTemporal = func(context.Context, node.TemporalOptions) (node.Temporal, error) { panic("nothing is run") }
		case "longhaul-worker":
			app.Itself = Worker
		}
		programs[name] = app
	}
	for name := range links {
		programs[name] = programs["longhaul"]
	}
	return programs
}

// verbConstants has the verbs by the names of their constants.
func verbConstants(t *testing.T) map[string]Verb {
	t.Helper()
	app, _ := newTestApp(t)
	constants := map[string]Verb{"Server": Server, "SetQuota": SetQuota}
	for _, verb := range append(app.Verbs, Plan, Notify) {
		if !strings.Contains(string(verb), "-") {
			constants[strings.ToUpper(string(verb[:1]))+string(verb[1:])] = verb
		}
	}
	return constants
}

var (
	fence = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```")
	span  = regexp.MustCompile("`((?:longhaul|longhaul-starter|longhaul-worker) [^`]+)`")
)

// shellOf has the blocks of a page that are for a shell, and the commands of our programs in its sentences. `longhaul` before an ellipsis or
// another program's word is none.
func shellOf(text string) (blocks, sentences []string) {
	for _, found := range fence.FindAllStringSubmatch(text, -1) {
		if found[1] == "sh" {
			blocks = append(blocks, found[2])
		}
	}
	for _, found := range span.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		sentences = append(sentences, strings.Join(strings.Fields(found[1]), " "))
	}
	return blocks, sentences
}

// callers are what pages write before one of our programs.
var callers = []string{"docker compose exec worker ", "go run ", "exec "}

// callsOf has the words of each call of one of the programs. Variables are empty words, but those of the examples' values.
func callsOf(text string, programs map[string]App) (calls [][]string, err error) {
	file, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, err
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		call, isCall := node.(*syntax.CallExpr)
		if !isCall || err != nil {
			return err == nil
		}
		words, failure := expand.Fields(&expand.Config{
			Env:      expand.FuncEnviron(func(string) string { return "value" }),
			CmdSubst: func(io.Writer, *syntax.CmdSubst) error { return nil },
		}, call.Args...)
		if failure != nil {
			err = failure
			return false
		}
		for _, before := range callers {
			if strings.HasPrefix(strings.Join(words, " ")+" ", before) {
				words = words[strings.Count(before, " "):]
			}
		}
		if len(words) == 0 {
			return true
		}
		if words[0] == "./standalone" {
			words[0] = "longhaul"
		}
		if _, ours := programs[words[0]]; ours {
			calls = append(calls, words)
		}
		return true
	})
	return calls, err
}

// takes has the program parse a command; strict also counts its arguments.
func takes(programs map[string]App, words []string, strict bool) error {
	app := programs[words[0]]
	app.Args = words
	root := app.tree(newConsole(&app))
	args := app.arguments(root)
	if err := firstWord(root, args); err != nil {
		return err
	}
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	return parses(cmd, rest, strict)
}

func parses(cmd *cobra.Command, args []string, strict bool) error {
	if err := cmd.ParseFlags(args); err != nil {
		return fmt.Errorf("%s: %w", cmd.CommandPath(), err)
	}
	if !strict || cmd.Flags().Changed("help") {
		return nil
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

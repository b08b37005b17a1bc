package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// namingOnly are packages whose errors of class invalid name the flag, the setting, the file or the input to change. For these the page has one
// sentence. What they say of other systems has a row all the same.
var namingOnly = []string{
	"internal/cli", "internal/config", "internal/control", "internal/export", "internal/history", "internal/paths", "internal/schedule",
	"internal/salesforce/recordid", "internal/salesforce/soql", "internal/source", "internal/sourcename", "internal/telemetry",
	"internal/doctor", "internal/notify", "activities/question", "workflows/question",
}

// speaking are packages in which functions return sentences and parts of them: why a host, a store or a database does not do what it should.
var speaking = []string{
	"internal/bucket", "internal/host", "internal/httpkit", "internal/salesforce/apierror", "internal/salesforce/usage", "internal/temporaldev",
	"workflows/call",
}

// TestTroubleshooting_hasARowForEverySentence finds what the code says of Salesforce, the catalog, the bucket, Temporal, the network and keys,
// and looks for a row that quotes some words of it. A quote of which no sentence has the words is a row that nobody finds.
func TestTroubleshooting_hasARowForEverySentence(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	quotes := quotesOf(string(page))
	used := map[string]bool{}
	all := sentences(t, "..")
	for _, s := range all {
		found := false
		for _, quote := range quotes {
			if strings.Contains(s.text, quote) {
				used[quote], found = true, true
			}
		}
		if !found && s.needsRow() {
			t.Errorf("%s: the page has no row for: %s", s.file, s.text)
		}
	}
	const fewest = 300
	if len(all) < fewest {
		t.Errorf("%d sentences were found, want at least %d", len(all), fewest)
	}
	for _, quote := range quotes {
		if !used[quote] {
			t.Errorf("no sentence of the code has the words that the page quotes: %s", quote)
		}
	}
}

// TestTroubleshooting_leadsOnFromEveryExitCode compares the page with the table of errors.md, which another test compares with the code.
func TestTroubleshooting_leadsOnFromEveryExitCode(t *testing.T) {
	t.Parallel()
	codes := func(name, header string) (found []string) {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, table, _ := strings.Cut(string(page), header)
		for line := range strings.Lines(table) {
			if line == "\n" && len(found) > 0 {
				break
			}
			if m := regexp.MustCompile(`^\| (\d+) \|`).FindStringSubmatch(line); m != nil && m[1] != "0" {
				found = append(found, m[1])
			}
		}
		return found
	}
	want, got := codes("errors.md", "| Exit code | Meaning |"), codes("troubleshooting.md", "| Exit code | Look at |")
	if len(want) == 0 || !slices.Equal(want, got) {
		t.Errorf("the page has rows for %v, want %v", got, want)
	}
}

// quotesOf has what stands in quotes in the first cells of the tables whose first column is "It says".
func quotesOf(page string) (quotes []string) {
	inside := false
	for line := range strings.Lines(page) {
		switch {
		case strings.HasPrefix(line, "| It says |"):
			inside = true
		case !strings.HasPrefix(line, "|"):
			inside = false
		case inside:
			cell, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), " | ")
			for _, found := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(cell, -1) {
				quotes = append(quotes, found[1])
			}
		}
	}
	return quotes
}

// sentence is one that people may see in an error, with {} for what is filled in.
type sentence struct {
	file    string
	text    string
	invalid bool // by fault.Invalidf
	part    bool // what a function returns, which may be a word for other code
	found   bool // what a row may quote and need not: a warning, a reason within a sentence, a constant
}

// filledIn are parts that the literal does not have.
var filledIn = regexp.MustCompile(`\{\}|%[.0-9]*[a-z]|[.:;,]`)

// needsRow leaves out beginnings and ends of sentences, and what names its own setting.
func (s sentence) needsRow() bool {
	if s.found {
		return false
	}
	fewest := 3
	if s.part {
		fewest = 6
	}
	if len(strings.Fields(filledIn.ReplaceAllString(s.text, ""))) < fewest || strings.HasPrefix(s.file, "internal/cli/order/") { // orders taken
		return false
	}
	return !s.invalid || !slices.ContainsFunc(namingOnly, func(dir string) bool { return strings.HasPrefix(s.file, dir+"/") })
}

// sentences has those of the code that is not for tests.
func sentences(t *testing.T, root string) (found []sentence) {
	t.Helper()
	for _, dir := range []string{"internal", "activities", "workflows"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && slices.Contains([]string{"testdata", "simulator", "e2e", "mailtest"}, entry.Name()):
				return filepath.SkipDir
			case entry.IsDir(), !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			speaks := slices.Contains(speaking, filepath.ToSlash(filepath.Dir(name)))
			for _, s := range saidBy(file, speaks) {
				s.file = filepath.ToSlash(name)
				found = append(found, s)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// saidBy has the sentences of a file: what fault.Invalidf formats, what a field for a sentence or the reason of a wait is set to, and, where
// the package speaks, what functions return.
func saidBy(file *ast.File, speaks bool) (found []sentence) {
	fields := []string{"Message", "Sentence", "sentence", "why"}
	textOf := literals{constantsOf(file)}.textOf
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.KeyValueExpr:
			if key, ok := node.Key.(*ast.Ident); ok && (slices.Contains(fields, key.Name) || key.Name == "text") {
				found = append(found, sentence{text: textOf(node.Value), found: key.Name == "text"})
			}
		case *ast.AssignStmt:
			for i, left := range node.Lhs {
				name := ""
				switch to := left.(type) {
				case *ast.SelectorExpr:
					name = to.Sel.Name
				case *ast.Ident:
					name = to.Name
				}
				if (slices.Contains(fields, name) || name == "reason") && i < len(node.Rhs) {
					found = append(found, sentence{text: textOf(node.Rhs[i]), found: name == "reason"})
				}
			}
		case *ast.ValueSpec:
			for _, value := range node.Values {
				found = append(found, sentence{text: textOf(value), found: true})
			}
		case *ast.ReturnStmt:
			if speaks && len(node.Results) == 1 {
				found = append(found, sentence{text: textOf(node.Results[0]), part: true})
			}
		case *ast.CallExpr:
			if called, ok := node.Fun.(*ast.SelectorExpr); ok && called.Sel.Name == "Invalidf" {
				found = append(found, sentence{text: textOf(node.Args[0]), invalid: true})
			}
		}
		return true
	})
	return found
}

// literals reads expressions of a file, with its constants by name.
type literals struct{ constants map[string]ast.Expr }

func constantsOf(file *ast.File) map[string]ast.Expr {
	constants := map[string]ast.Expr{}
	for _, declared := range file.Decls {
		group, ok := declared.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok && len(value.Names) == len(value.Values) {
				for i, name := range value.Names {
					constants[name.Name] = value.Values[i]
				}
			}
		}
	}
	return constants
}

// textOf is the literal text of an expression.
func (l literals) textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return text
		}
	case *ast.BinaryExpr:
		return l.textOf(e.X) + l.textOf(e.Y)
	case *ast.Ident:
		if value, ok := l.constants[e.Name]; ok {
			return l.textOf(value)
		}
	case *ast.CallExpr:
		if len(e.Args) > 0 {
			return l.textOf(e.Args[0])
		}
	}
	return "{}"
}

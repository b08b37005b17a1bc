package warning

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// relayed are codes of calls that are no constants: they come from a table of constants, or from a concern.
var relayed = []string{"row.code", "c.Code"}

// TestCalls_nameKnownCodesAndTheirParameters reads the whole program: each warning is made by New with a code of the table and with
// the parameters of its sentence, and each code is made somewhere.
func TestCalls_nameKnownCodesAndTheirParameters(t *testing.T) {
	t.Parallel()
	codes := constants(t)
	if len(codes) != len(table) {
		t.Errorf("%d codes have %d sentences", len(codes), len(table))
	}
	used, calls := map[string]bool{}, 0
	for path, file := range program(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if name, of := selected(n, "warning"); of {
					used[name] = true
				}
			case *ast.CompositeLit:
				if name, of := selected(n.Type, "warning"); of && (name == "Warning" || name == "Shown") {
					t.Errorf("%s: a warning is made without New", path)
				}
			case *ast.CallExpr:
				if name, of := selected(n.Fun, "warning"); of && name == "New" {
					calls++
					requireCall(t, path, n, codes)
				}
			}
			return true
		})
	}
	for name := range codes {
		if !used[name] {
			t.Errorf("nothing makes a warning of %s", name)
		}
	}
	if calls < 40 {
		t.Errorf("%d calls were found", calls)
	}
}

func requireCall(t *testing.T, path string, call *ast.CallExpr, codes map[string]Code) {
	t.Helper()
	name, of := selected(call.Args[0], "warning")
	if ident, is := call.Args[0].(*ast.Ident); is {
		name, of = strings.CutPrefix(ident.Name, "Concern")
	}
	code, known := codes[name]
	if !of || !known {
		if sel, is := call.Args[0].(*ast.SelectorExpr); is && slices.Contains(relayed, fmt.Sprintf("%s.%s", sel.X, sel.Sel)) {
			return
		}
		t.Errorf("%s: a warning of an unknown code", path)
		return
	}
	given := map[string]bool{}
	switch params := call.Args[1].(type) {
	case *ast.CompositeLit:
		for _, element := range params.Elts {
			if pair, is := element.(*ast.KeyValueExpr); is {
				given[text(pair.Key)] = true
			}
		}
	case *ast.Ident:
		if params.Name != "nil" {
			return // made before the call
		}
	default:
		return
	}
	if want := required(code); !maps.Equal(want, given) {
		t.Errorf("%s: %s is given %v, its sentence needs %v", path, code, given, want)
	}
	if about := strings.Contains(table[code].text, "{about"); about != (len(call.Args) > 2) {
		t.Errorf("%s: %s is about %d others, its sentence shows some: %v", path, code, len(call.Args)-2, about)
	}
}

// required are the parameters without which a code has no sentence.
func required(code Code) map[string]bool {
	all := map[string]bool{}
	for _, hole := range holes(table[code].text) {
		if name, form, _ := strings.Cut(hole, "|"); name != "about" && form != "because" && form != "called" {
			all[name] = true
		}
	}
	return all
}

// selected is the name that an expression selects of a package.
func selected(e ast.Expr, of string) (name string, is bool) {
	sel, is := e.(*ast.SelectorExpr)
	if !is {
		return "", false
	}
	from, is := sel.X.(*ast.Ident)
	return sel.Sel.Name, is && from.Name == of
}

func text(e ast.Expr) string {
	if lit, is := e.(*ast.BasicLit); is {
		if value, err := strconv.Unquote(lit.Value); err == nil {
			return value
		}
	}
	return ""
}

// constants are the codes by the names of their constants.
func constants(t *testing.T) map[string]Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "table.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Code{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, is := n.(*ast.ValueSpec); is && len(spec.Values) == 1 {
			if of, typed := spec.Type.(*ast.Ident); typed && of.Name == "Code" {
				all[spec.Names[0].Name] = Code(text(spec.Values[0]))
			}
		}
		return true
	})
	for name, code := range all {
		if _, known := table[code]; !known {
			t.Errorf("%s (%s) has no sentence", name, code)
		}
	}
	return all
}

// program parses the code of the program, without its tests and without this package.
func program(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path == "internal/warning" || path != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files[path], err = parser.ParseFile(token.NewFileSet(), filepath.Join("../..", path), nil, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

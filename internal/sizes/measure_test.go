package sizes_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// excess is a piece of code that is beyond its bound.
type excess struct {
	piece string // its sort and name, as in "type internal/staging.Sync"
	why   string
}

func (e excess) String() string { return e.piece + ": " + e.why }

// folder is what one folder holds of Go code.
type folder struct {
	path     string
	files    int  // of code that is no test's
	says     bool // what it is for, in such a file
	testSays bool // so, in any file: enough where there are only tests
	excesses []excess
	code     types // declared and used outside of tests
	tests    types // declared and used by tests
}

// types counts, by name, what works on a type; lasting has the types that can hold a state.
type types struct {
	lasting map[string]bool
	methods map[string]int
}

func noTypes() types { return types{lasting: map[string]bool{}, methods: map[string]int{}} }

// measure returns what is beyond the bounds in a tree of Go code, sorted.
func measure(tree fs.FS, most bounds) ([]excess, error) {
	folders := map[string]*folder{}
	unread := maps.Clone(most.lines)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			// As the go command does.
			if base := entry.Name(); name != "." && (base[0] == '.' || base[0] == '_' || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		delete(unread, name)
		dir := path.Dir(name)
		if folders[dir] == nil {
			folders[dir] = &folder{path: dir, code: noTypes(), tests: noTypes()}
		}
		return folders[dir].read(tree, name, most)
	})
	var all []excess
	for name := range unread {
		all = append(all, excess{"file " + name, "it has a bound of its own and is not there"})
	}
	for _, f := range folders {
		all = append(all, f.sum(most)...)
	}
	slices.SortFunc(all, func(a, b excess) int { return strings.Compare(a.String(), b.String()) })
	return all, err
}

// read measures one file.
func (f *folder) read(tree fs.FS, name string, most bounds) error {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	found := &f.tests
	f.testSays = f.testSays || file.Doc != nil
	if !strings.HasSuffix(name, "_test.go") {
		found = &f.code
		f.files++
		f.says = f.says || file.Doc != nil
	}
	bound := most.file
	if own, ok := most.lines[name]; ok {
		bound = own
	}
	if lines := strings.Count(string(text), "\n"); lines > bound {
		f.add("file "+name, "%d lines, at most %d", lines, bound)
	}
	for _, declaration := range file.Decls {
		for name, lines := range functions(positions, declaration) {
			if lines > most.function {
				f.add("function "+f.path+"."+name, "%d lines without its tables, at most %d", lines, most.function)
			}
		}
		found.count(declaration)
	}
	return nil
}

// sum returns the excesses of the folder once all its files are read.
func (f *folder) sum(most bounds) []excess {
	if f.files > most.files {
		f.add("package "+f.path, "%d files without tests, at most %d", f.files, most.files)
	}
	if !f.says && (f.files > 0 || !f.testSays) {
		f.add("package "+f.path, "it has no comment")
	}
	for _, found := range []types{f.code, f.tests} {
		for name := range found.lasting {
			if n := found.methods[name]; n > most.methods {
				f.add("type "+f.path+"."+name, "%d methods and functions that take it first, at most %d", n, most.methods)
			}
		}
	}
	return f.excesses
}

func (f *folder) add(piece, why string, values ...any) {
	f.excesses = append(f.excesses, excess{piece, fmt.Sprintf(why, values...)})
}

// count adds the types of a declaration, or the type that a function works on.
func (t types) count(declaration ast.Decl) {
	switch d := declaration.(type) {
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok && lasting(s.Type) {
				t.lasting[s.Name.Name] = true
			}
		}
	case *ast.FuncDecl:
		if name := worksOn(d); name != "" {
			t.methods[name]++
		}
	}
}

// lasting reports whether a type can hold a state: functions, interfaces and plain values cannot.
func lasting(of ast.Expr) bool {
	switch of := of.(type) {
	case *ast.FuncType, *ast.InterfaceType:
		return false
	case *ast.Ident:
		return !slices.Contains([]string{"bool", "byte", "error", "rune", "string", "uintptr"}, of.Name) &&
			!strings.HasPrefix(strings.TrimPrefix(of.Name, "u"), "int") && !strings.HasPrefix(of.Name, "float")
	}
	return true
}

// worksOn is the name of a function's receiver, or of its first parameter of a type of this package. A context or a test that
// comes before that hides it from nobody.
func worksOn(d *ast.FuncDecl) string {
	if d.Recv != nil {
		return local(d.Recv.List[0].Type)
	}
	for _, parameter := range d.Type.Params.List {
		switch text := named(parameter.Type); text {
		case "context.Context", "workflow.Context", "testing.T", "testing.TB", "testing.B":
		default:
			return local(parameter.Type)
		}
	}
	return ""
}

// local is the name of a type that needs no package before it.
func local(of ast.Expr) string {
	if name := named(of); !strings.Contains(name, ".") {
		return name
	}
	return ""
}

// named is the name of a type, of what it points to, or of a generic type without its parameters.
func named(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return named(of.X)
	case *ast.IndexExpr:
		return named(of.X)
	case *ast.IndexListExpr:
		return named(of.X)
	case *ast.SelectorExpr:
		return named(of.X) + "." + of.Sel.Name
	case *ast.Ident:
		return of.Name
	}
	return ""
}

// functions returns the lines of each function of a declaration, those of a variable's functions too. The
// lines of a slice or map are data, which grow with the cases and not with what a reader must follow; a function in one is code.
func functions(positions *token.FileSet, declaration ast.Decl) map[string]int {
	lines := func(n ast.Node) int { return positions.Position(n.End()).Line - positions.Position(n.Pos()).Line }
	if d, ok := declaration.(*ast.FuncDecl); ok {
		name := d.Name.Name
		if d.Recv != nil {
			name = named(d.Recv.List[0].Type) + "." + name
		}
		return map[string]int{name: 1 + lines(d) - tables(d, lines)}
	}
	found := map[string]int{}
	ast.Inspect(declaration, func(n ast.Node) bool {
		literal, ok := n.(*ast.FuncLit)
		if ok {
			found[fmt.Sprintf("line %d", positions.Position(literal.Pos()).Line)] = 1 + lines(literal) - tables(literal, lines)
		}
		return !ok
	})
	return found
}

// tables counts the lines of the slices and maps in a piece of code.
func tables(code ast.Node, lines func(ast.Node) int) (n int) {
	ast.Inspect(code, func(node ast.Node) bool {
		table, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}
		switch table.Type.(type) {
		case *ast.ArrayType, *ast.MapType:
		default:
			return true
		}
		n += lines(table)
		ast.Inspect(table, func(node ast.Node) bool {
			function, ok := node.(*ast.FuncLit)
			if ok {
				n -= lines(function) - tables(function, lines)
			}
			return !ok
		})
		return false
	})
	return n
}

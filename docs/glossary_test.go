// Package docs_test holds the documents to the code that they describe.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mostTerms bounds the glossary: a vocabulary that nobody can keep in mind helps nobody.
const mostTerms = 60

// term is a row of a table of the glossary: the term, the identifier that carries it, the meaning.
var term = regexp.MustCompile("^\\| ([^|]+) \\| `([a-z0-9]+)\\.([A-Za-z0-9_.]+)` \\| ([^|]+) \\|$")

func TestGlossary_namesWhatIsInTheCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := declarations(t, "..")
	seen := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| Term |") || strings.HasPrefix(line, "| --- |") {
			continue
		}
		cells := term.FindStringSubmatch(line)
		if cells == nil {
			t.Errorf("no row of a term, one identifier and its meaning: %s", line)
			continue
		}
		name, identifier, meaning := cells[1], cells[2]+"."+cells[3], cells[4]
		if seen[name] {
			t.Errorf("%s has two rows, want one meaning", name)
		}
		seen[name] = true
		if !declared[identifier] {
			t.Errorf("%s: the code has no %s", name, identifier)
		}
		if strings.Contains(meaning, ". ") {
			t.Errorf("%s has more than a sentence: %s", name, meaning)
		}
	}
	if len(seen) == 0 || len(seen) > mostTerms {
		t.Errorf("the glossary has %d terms, want 1 to %d", len(seen), mostTerms)
	}
}

func TestDeclarations_areFoundByPackageTypeAndMember(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const code = "package p\n\nconst C = 1\n\ntype T struct{ F, g int }\n\ntype I interface{ M() }\n\ntype G[K any] struct{}\n\n" +
		"func (*T) P() { var local int; _ = local }\n\nfunc (G[K]) Q() {}\n\nfunc f() {}\n"
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "p_test.go"), []byte("package p\n\nconst OnlyInTests = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := declarations(t, dir)
	for _, name := range []string{"p.C", "p.T", "p.T.F", "p.T.g", "p.I.M", "p.T.P", "p.G.Q", "p.f"} {
		if !got[name] {
			t.Errorf("%s is not found", name)
		}
	}
	for _, name := range []string{"p.local", "p.P", "p.F", "p.OnlyInTests", "q.C"} {
		if got[name] {
			t.Errorf("%s is found", name)
		}
	}
}

// declarations lists what the packages below dir declare, as package.Name and package.Type.Member. Tests do not count, nor does the
// simulator: its packages have names of the real ones.
func declarations(t *testing.T, dir string) map[string]bool {
	t.Helper()
	declared := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != dir && (strings.HasPrefix(name, ".") || name == "simulator" || name == "testdata") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			for _, name := range declaredBy(d) {
				declared[file.Name.Name+"."+name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return declared
}

func declaredBy(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		return []string{receiver(d.Recv.List[0].Type) + "." + d.Name.Name}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
				for _, member := range members(spec.Type) {
					names = append(names, spec.Name.Name+"."+member)
				}
			}
		}
	}
	return names
}

// receiver is the name of the type of a method, without pointer and type parameters.
func receiver(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return receiver(of.X)
	case *ast.IndexExpr:
		return receiver(of.X)
	case *ast.IndexListExpr:
		return receiver(of.X)
	case *ast.Ident:
		return of.Name
	default:
		return ""
	}
}

func members(of ast.Expr) (names []string) {
	var fields *ast.FieldList
	switch of := of.(type) {
	case *ast.StructType:
		fields = of.Fields
	case *ast.InterfaceType:
		fields = of.Methods
	default:
		return nil
	}
	for _, field := range fields.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

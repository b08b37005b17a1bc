package release_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// ours are some of what must be checked: each program, a package as its own tests see it, tests outside of their package, and Temporal's server.
var ours = []string{
	"longhaul/standalone", "longhaul/starter", "longhaul/worker", "longhaul/workflows", "longhaul/internal/notify [longhaul/internal/notify.test]",
	"longhaul/internal/notify/receiver_test [longhaul/internal/notify/receiver.test]", "longhaul/internal/e2e_test [longhaul/internal/e2e.test]",
	"go.temporal.io/server/temporal",
}

// TestSystems_theCodeIsValid type-checks all packages, their tests and every module that they use from source for the systems in
// LONGHAUL_SYSTEMS. That finds what compiling finds, in a tenth of the time; `make dist` compiles and links.
func TestSystems_theCodeIsValid(t *testing.T) {
	systems := strings.Fields(os.Getenv("LONGHAUL_SYSTEMS"))
	if len(systems) == 0 {
		t.Skip("`make cross` runs it")
	}
	for _, system := range systems { // one after the other: each takes gigabytes
		t.Run(system, func(t *testing.T) {
			loaded, err := packages.Load(&packages.Config{
				Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedCompiledGoFiles | packages.NeedTypes |
					packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo,
				Tests:   true,
				Dir:     root,
				Env:     append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0"),
				Context: t.Context(),
			}, "./...")
			if err != nil {
				t.Fatal(err)
			}
			checked := map[string]bool{}
			packages.Visit(loaded, nil, func(p *packages.Package) {
				checked[p.ID] = len(p.Syntax) > 0 && !p.IllTyped
				for _, err := range p.Errors {
					t.Errorf("%s: %s", p.PkgPath, err)
				}
			})
			for _, id := range ours {
				if !checked[id] {
					t.Errorf("%s was not checked", id)
				}
			}
			t.Logf("%d packages", len(checked))
		})
	}
}

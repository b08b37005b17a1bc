package config

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/export"
	"longhaul/internal/export/castor"
	"longhaul/internal/export/formats"
	"longhaul/internal/listing"
	"longhaul/internal/source"
)

// madeUp is a format without settings.
type madeUp struct{}

func init() { formats.Register(madeUp{}) }

func (madeUp) Name() string                  { return "made_up" }
func (madeUp) Files() []string               { return nil }
func (madeUp) FileName(int64, string) string { return "" }
func (madeUp) Fields(listing.Kind) []string  { return nil }
func (madeUp) Settings() export.Settings     { return export.Settings{} }
func (madeUp) Write(context.Context, export.Input, string) (export.Written, error) {
	return export.Written{}, errors.New("it has no files")
}

func (madeUp) Target(source.Source, export.Process) (export.Target, error) {
	return nil, errors.New("it has no target")
}

const catalogSection = "    catalog: {source_id: 399a8b22-3187-41ec-8d3d-0242ac130003, token: 'env:T'}\n"

func TestRead_exports(t *testing.T) {
	t.Parallel()
	token, err := source.References{}.Parse("env:T")
	if err != nil {
		t.Fatal(err)
	}
	delivered := castor.Catalog{SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", Token: token}.Exports()
	for name, row := range map[string]struct {
		file, variable string
		want           []source.Export
	}{
		"none":            {"", "", []source.Export{{Name: "castor"}}},
		"a catalog alone": {catalogSection, "", delivered},
		"two":             {catalogSection + "    exports: [castor, made_up]\n", "", append(delivered, source.Export{Name: "made_up"})},
		"the other alone": {"    exports: [made_up]\n", "", []source.Export{{Name: "made_up"}}},
		"by a variable":   {catalogSection, "made_up,castor", append([]source.Export{{Name: "made_up"}}, delivered...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, _, err := Read(settings(t, head+row.file, "LONGHAUL_SOURCES_ACME_EXPORTS="+row.variable))
			if err != nil {
				t.Fatal(err)
			}
			acme, err := cfg.Sources.Get("acme")
			if diff := cmp.Diff(row.want, acme.Exports); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestRead_mistakesOfExports(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		file string
		want string
	}{
		"an unknown one":      {"    exports: [xml]\n", `longhaul.yaml:7: sources.acme.exports: "xml" is not an export; known here: castor, csv, made_up`},
		"a misspelt one":      {"    exports: [Castor]\n", `longhaul.yaml:7: sources.acme.exports: "Castor" is not an export; did you mean castor?`},
		"none at all":         {"    exports: []\n", "longhaul.yaml:7: sources.acme.exports names no export: name one, or remove the line, which means castor"},
		"a section of no use": {catalogSection + "    exports: [made_up]\n", "longhaul.yaml:7: sources.acme.catalog is for the export castor, which sources.acme.exports does not name: name it there, or remove the section"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := Read(settings(t, head+row.file))
			if got := sentences(t, err); len(got) != 1 || got[0] != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

package exporttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"longhaul/internal/config"
	"longhaul/internal/doctor"
	"longhaul/internal/export"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// target is the target of a place, with what it logged.
type target struct {
	export.Target
	format export.Format
	place  Place
	log    *bytes.Buffer
	sets   int64 // that were staged
}

// newTarget makes the target from a settings file, as a worker does.
func newTarget(t *testing.T, format export.Format, place Place) *target {
	t.Helper()
	from, err := read(t, format, place.Section, place.Secrets)
	if err != nil {
		t.Fatalf("the settings of the place cannot be read: %v", err)
	}
	g := &target{format: format, place: place, log: new(bytes.Buffer)}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(g.log)), zapcore.DebugLevel)
	if g.Target, err = format.Target(from, export.Process{UserAgent: "longhaul/1.2.3", Logger: zap.New(core)}); err != nil {
		t.Fatalf("there is no target: %v", err)
	}
	t.Cleanup(g.Close)
	return g
}

// read reads a source with the export and its section.
func read(t *testing.T, format export.Format, section string, secrets map[string]string) (source.Source, error) {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf("sources:\n  acme:\n    salesforce: {base_url: acme.my.salesforce.com, client_id: id, client_secret: 'env:ORG_SECRET'}\n"+
		"    exports: [%s]\n    %s: %s\n", format.Name(), format.Settings().Section, section)
	if err := os.WriteFile(filepath.Join(dir, config.DefaultFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := config.Environment{"ORG_SECRET=of the org"}
	for name, value := range secrets {
		environment = append(environment, name+"="+value)
	}
	cfg, _, err := config.Read(config.Input{Dir: dir, Environment: environment})
	if err != nil {
		return source.Source{}, err
	}
	return cfg.Sources.Get("acme")
}

// requireNoSecret looks for the secrets in all that a bucket holds. It is called when a test ends.
func (g *target) requireNoSecret(t *testing.T, store *staging.Store) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	for key, err := range store.List(ctx, "") {
		if err != nil {
			t.Error(err)
			return
		}
		content, err := store.Read(ctx, key)
		if err != nil {
			t.Error(err)
			return
		}
		for name, secret := range g.place.Secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("the object %s of the bucket holds the secret %s", key, name)
			}
		}
	}
}

// testChecked looks at the rows of check: where all is well, and where a secret is not there.
func testChecked(t *testing.T, format export.Format, place Place) {
	t.Helper()
	g := newTarget(t, format, place)
	if _, err := g.Check(t.Context()); err != nil {
		t.Errorf("a sync would not begin: %v", err)
	}
	for _, row := range g.rows(t) {
		if row.Status == doctor.Fail {
			t.Errorf("the row %s fails where all is well: %s", row.ID, row.Found)
		}
	}
	for _, field := range format.Settings().Fields {
		if field.Kind == export.Secret && field.Needed {
			t.Run("without "+field.Name, func(t *testing.T) { testUnset(t, format, place, field.Name) })
		}
	}
}

// testUnset takes the values of all secrets away.
func testUnset(t *testing.T, format export.Format, place Place, setting string) {
	t.Helper()
	unset := place
	unset.Secrets = nil
	g := newTarget(t, format, unset)
	path := format.Settings().Section + "." + setting
	if err := g.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("it is ready without a value of %s, or does not name that: %v", path, err)
	}
	if _, err := g.Check(t.Context()); err == nil {
		t.Errorf("a sync begins without a value of %s", path)
	}
	g.rows(t)
}

// rowID is how short the id of a row is: scripts find it behind export.<name>.
var rowID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}$`)

// rows asks for the rows and looks at each.
func (g *target) rows(t *testing.T) []doctor.Finding {
	t.Helper()
	rows := g.Examine(t.Context())
	if len(rows) == 0 {
		t.Error("check has no row about it")
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if !rowID.MatchString(row.ID) || seen[row.ID] {
			t.Errorf("the id of a row is %q, want another one that is %s", row.ID, rowID)
		}
		seen[row.ID] = true
		if row.Title == "" || row.Found == "" {
			t.Errorf("the row %s says nothing: %+v", row.ID, row)
		}
		if bad := row.Status == doctor.Fail || row.Status == doctor.Warn; bad && (row.Cost == "" || row.Fix == "" || row.Where == "") {
			t.Errorf("the row %s does not say what it costs, what to change and where: %+v", row.ID, row)
		}
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range g.place.Secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("the row %s holds the secret %s", row.ID, name)
			}
		}
	}
	return rows
}

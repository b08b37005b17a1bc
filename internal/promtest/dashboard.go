// Package promtest runs a real Prometheus with the rules of deploy/ for tests, and reads Grafana's dashboard as far as they need it.
package promtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Dashboard is Grafana's.
type Dashboard struct {
	UID        string
	Panels     []Panel
	Templating struct{ List []Variable }
}

// Panel is one of its panels; a row is one too.
type Panel struct {
	ID         int
	Type       string
	Title      string
	Datasource *Datasource
	Targets    []Target
}

// Target is what a panel asks for.
type Target struct {
	Datasource *Datasource
	Expr       string
}

// Query is the expression as Grafana sends it where all sources are chosen.
func (t Target) Query() string {
	return strings.NewReplacer("$source", ".*", "$__rate_interval", "15s").Replace(t.Expr)
}

// Datasource is whom it asks.
type Datasource struct{ Type, UID string }

// Variable is what is chosen above the panels.
type Variable struct{ Name, Type string }

// ReadDashboard reads the dashboard of the folder deploy.
func ReadDashboard(t *testing.T, deploy string) Dashboard {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deploy, "grafana", "longhaul.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d Dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// Package deploy_test holds what deploys and watches Longhaul to the code and to the documents.
package deploy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"longhaul/internal/notify"
	"longhaul/internal/promtest"
)

// rule is a rule of Prometheus, as far as the tests need it.
type rule struct {
	Record      string            `yaml:"record"`
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func readRules(t *testing.T) []rule {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(read(t, "prometheus/alerts.yml"), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Groups) != 1 {
		t.Fatalf("there are %d groups of rules", len(file.Groups))
	}
	return file.Groups[0].Rules
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// exported are the names of Longhaul's metrics, as the code has them.
func exported(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/telemetry/names.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return true
	})
	if len(names) < 20 {
		t.Fatalf("only %d names were found", len(names))
	}
	return names
}

var (
	notMetrics = regexp.MustCompile(`"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	identifier = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
	operators  = []string{"and", "or", "unless", "bool", "offset"}
	durations  = regexp.MustCompile(`\b[0-9]+(?:ms|[smhdwy])\b`)
)

// metricsOf are the names of metrics in an expression: what is neither in quotes, braces or brackets, nor a label, a function or an operator.
func metricsOf(expr string) (names []string) {
	expr = notMetrics.ReplaceAllString(expr, " ")
	expr = durations.ReplaceAllString(expr, " ")
	for _, name := range identifier.FindAllString(expr, -1) {
		if word := strings.TrimSpace(name); !strings.HasSuffix(word, "(") && !slices.Contains(operators, word) {
			names = append(names, word)
		}
	}
	return names
}

func TestMetricsOf(t *testing.T) {
	t.Parallel()
	got := metricsOf(`time() - (max by (source, export) (last_over_time(a_seconds{source=~"$source", x="b"}[1d])) > 0) or on (source)
		a:b:c offset 1h unless sum without (le) (rate(d_bucket[$__rate_interval])) and on () absent(up == 1) * 3600`)
	if want := []string{"a_seconds", "a:b:c", "d_bucket", "up"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// unknown are the metrics of an expression that nobody exports.
func unknown(expr string, names []string) (missing []string) {
	for _, name := range metricsOf(expr) {
		base := name
		for _, part := range []string{"_bucket", "_sum", "_count"} { // of a histogram
			base = strings.TrimSuffix(base, part)
		}
		histogram := base != name && strings.HasSuffix(base, "_duration_seconds")
		if !slices.Contains(names, name) && (!histogram || !slices.Contains(names, base)) {
			missing = append(missing, name)
		}
	}
	return missing
}

func TestAlerts_askForMetricsThatWorkersExport(t *testing.T) {
	t.Parallel()
	names := append(exported(t), "up")
	rules := readRules(t)
	for _, r := range rules {
		if r.Record != "" {
			names = append(names, r.Record)
		}
	}
	for _, r := range rules {
		if missing := unknown(r.Expr, names); len(missing) > 0 || len(metricsOf(r.Expr)) == 0 {
			t.Errorf("%s%s asks for %q, which nobody exports", r.Record, r.Alert, missing)
		}
	}
}

func TestAlerts_sayHowSevereTheyAreAndWhatToDo(t *testing.T) {
	t.Parallel()
	want := []string{"NoWorkers", "CatalogStale", "Blocked", "Held", "Stalled", "ScheduleMissed", "BucketErrors", "NotifyFailing"}
	var got []string
	for _, r := range readRules(t) {
		if r.Alert == "" {
			continue
		}
		got = append(got, r.Alert)
		if severity := r.Labels["severity"]; severity != "critical" && severity != "warning" {
			t.Errorf("%s has the severity %q", r.Alert, severity)
		}
		for _, name := range []string{"summary", "description"} {
			if r.Annotations[name] == "" {
				t.Errorf("%s has no %s", r.Alert, name)
			}
		}
		page, heading, found := strings.Cut(r.Annotations["runbook_url"], "#")
		if !found || !slices.Contains(headings(string(read(t, "../"+page))), heading) {
			t.Errorf("%s leads to %s, where no such heading is", r.Alert, r.Annotations["runbook_url"])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the alerts are %q, want %q", got, want)
	}
}

// headings are the anchors of a page whose headings are plain words.
func headings(page string) (anchors []string) {
	for line := range strings.SplitSeq(page, "\n") {
		if words := strings.TrimLeft(line, "#"); words != line && strings.HasPrefix(words, " ") {
			anchors = append(anchors, strings.ToLower(strings.ReplaceAll(strings.TrimSpace(words), " ", "-")))
		}
	}
	return anchors
}

func TestDashboard_asksForMetricsThatWorkersExport(t *testing.T) {
	t.Parallel()
	names := append(exported(t), "up", "process_resident_memory_bytes")
	d := promtest.ReadDashboard(t, ".")
	asked := map[string]bool{}
	for _, p := range d.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%s asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			if missing := unknown(target.Expr, names); len(missing) > 0 || len(metricsOf(target.Expr)) == 0 {
				t.Errorf("%s asks for %q, which nobody exports", p.Title, missing)
			}
			for _, name := range metricsOf(target.Expr) {
				asked[strings.TrimSuffix(name, "_bucket")] = true
			}
		}
	}
	for _, name := range exported(t) {
		if !asked[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
}

func TestDashboard_isLoadedByAnyGrafana(t *testing.T) {
	t.Parallel()
	d := promtest.ReadDashboard(t, ".")
	if d.UID == "" {
		t.Error("it has no uid, so a second loading makes a second dashboard")
	}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if p.ID == 0 || ids[p.ID] {
			t.Errorf("%s has the id %d, which another has too", p.Title, p.ID)
		}
		ids[p.ID] = true
		sources := []*promtest.Datasource{p.Datasource}
		for _, target := range p.Targets {
			sources = append(sources, target.Datasource)
		}
		for _, source := range sources {
			if p.Type != "row" && (source == nil || source.Type != "prometheus" || source.UID != "${datasource}") {
				t.Errorf("%s asks %+v, not the data source that was chosen", p.Title, source)
			}
		}
	}
	kinds := map[string]string{}
	for _, v := range d.Templating.List {
		kinds[v.Name] = v.Type
	}
	if kinds["datasource"] != "datasource" || kinds["source"] != "query" {
		t.Errorf("its variables are %v", kinds)
	}
}

// TestAlerts_areThoseOfTheTableOfEvents: where an event has an alert, the alert is there and asks for the metric that the table names.
func TestAlerts_areThoseOfTheTableOfEvents(t *testing.T) {
	t.Parallel()
	asked := map[string]string{}
	for _, r := range readRules(t) {
		asked[r.Alert+r.Record] = r.Expr
	}
	for _, row := range notify.Table {
		if row.Alert == "" {
			continue
		}
		all := asked[row.Alert]
		for _, name := range metricsOf(all) {
			all += asked[name]
		}
		if !strings.Contains(all, row.Metric) {
			t.Errorf("the alert %s of the event %s does not ask for %s: %s", row.Alert, row.Event, row.Metric, all)
		}
	}
}

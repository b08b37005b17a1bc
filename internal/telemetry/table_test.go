package telemetry

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
)

// named are the constants of names.go.
func named(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "names.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, _ := strconv.Unquote(literal.Value)
			names = append(names, name)
		}
		return true
	})
	return names
}

func TestTable_hasEveryName(t *testing.T) {
	t.Parallel()
	var rows []string
	for _, row := range Table {
		rows = append(rows, row.Name)
		if row.Help == "" || row.Labels == "" || strings.HasSuffix(row.Help, ".") {
			t.Errorf("%s lacks a sentence or its labels", row.Name)
		}
		if total := strings.HasSuffix(row.Name, "_total"); total != (row.Kind == counterKind) {
			t.Errorf("%s is a %s", row.Name, row.Kind)
		}
	}
	if want := named(t); !slices.Equal(rows, want) {
		t.Errorf("the table has\n%v\nwant\n%v", rows, want)
	}
}

// The document is the table, so that nobody reads of a metric that is not there.
func TestTable_isThatOfTheDocument(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("| metric | kind | labels | what it says |\n| --- | --- | --- | --- |\n")
	for _, row := range Table {
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s |\n", row.Name, row.Kind, row.Labels, row.Help)
	}
	if !strings.Contains(string(page), want.String()) {
		t.Errorf("docs/metrics.md lacks this table:\n%s", want.String())
	}
}

// everything counts one of each.
func everything(i *Instruments) {
	i.KnowSources(func(name string) bool { return name == "acme" })
	i.KnowReceivers([]string{"desk"})
	i.Requests(fault.Salesforce, "query")("query", time.Second, nil)
	i.Bucket().Request("read", time.Second, true, errors.New("none"))
	i.Bucket().Bytes("read", 3)
	i.Login("acme", nil)
	i.Delivered("acme", "castor", nil)
	i.Notified(notify.Told{Receiver: "desk", Event: notify.Blocked})
	i.Missed("acme", 1)
}

func TestInstruments_areNamedByPrometheussConventions(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	everything(NewInstruments(registry))
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint says %v, %v", problems, err)
	}
}

// What is in no closed set is other, so that neither an address nor a secret gets into a label, and series stay few.
func TestInstruments_takeLabelsFromClosedSets(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	i := NewInstruments(registry)
	everything(i)
	const stranger = "ada@example.com?token=hush-hush"
	failed := &fault.Error{Class: stranger, Message: stranger}
	i.Requests(fault.Salesforce, "query")(stranger, time.Second, failed)
	i.Login(stranger, failed)
	i.Delivered(stranger, "castor", failed)
	i.Notified(notify.Told{Receiver: stranger, Event: stranger, Failure: stranger})
	i.Missed(stranger, 2)
	i.Bucket().Request("read", time.Second, false, errors.New(stranger))
	i.StartAtZero("acme")
	i.StartDeliveriesAtZero("acme", "csv")
	page := gathered(t, registry)
	if strings.Contains(page, "example") || strings.Contains(page, "hush") {
		t.Errorf("a label holds what no closed set has:\n%s", page)
	}
	for _, want := range []string{
		`longhaul_requests_total{outcome="other",route="other",system="salesforce"} 1`,
		`longhaul_logins_total{outcome="other",source="other"} 1`,
		`longhaul_notifications_total{event="other",outcome="failed",receiver="other"} 1`,
		`longhaul_deliveries_total{export="csv",outcome="ok",source="acme"} 0`, `longhaul_logins_total{outcome="ok",source="acme"} 1`,
		`longhaul_notifications_total{event="held",outcome="failed",receiver="desk"} 0`,
		`longhaul_schedule_runs_missed_total{source="other"} 2`,
		`longhaul_bucket_requests_total{operation="read",outcome="absent"} 1`,
	} {
		if !strings.Contains(page, want+"\n") {
			t.Errorf("%s is not in:\n%s", want, page)
		}
	}
	i.Forget("acme")
	if page := gathered(t, registry); strings.Contains(page, `source="acme"`) {
		t.Errorf("a source that is gone is still there:\n%s", page)
	}
}

// gathered is a registry as lines of text.
func gathered(t *testing.T, registry prometheus.Gatherer) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	for _, family := range families {
		for _, m := range family.GetMetric() {
			labels := make([]string, 0, len(m.GetLabel()))
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+strconv.Quote(l.GetValue()))
			}
			fmt.Fprintf(&page, "%s{%s} %v\n", family.GetName(), strings.Join(labels, ","), m.GetCounter().GetValue())
		}
	}
	return page.String()
}

// Without an address nothing is measured, and whoever would count has nobody to call.
func TestInstruments_ofNobodyCountNothing(t *testing.T) {
	t.Parallel()
	var m *Metrics
	i := m.Instruments()
	if m.Handler() != nil || i != nil || i.Requests(fault.Catalog, "upload") != nil || i.Bucket() != nil {
		t.Error("something is measured without an address")
	}
	i.KnowSources(nil)
	i.KnowReceivers(nil)
	i.Login("acme", nil)
	i.Delivered("acme", "castor", nil)
	i.Notified(notify.Told{Receiver: "desk", Event: notify.Blocked})
	i.Missed("acme", 1)
	i.StartAtZero("acme")
	i.StartDeliveriesAtZero("acme", "castor")
	i.Forget("acme")
	m.Stopped(errors.New("over"))
	m.SetReady(nil)
}

func TestHealth(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m, err := ServeMetrics(ctx, "0", zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path string) (int, string) {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get("http://" + m.Address() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body)
	}
	expect := func(path string, status int, part string) {
		t.Helper()
		got, body := ask(path)
		if got != status || !strings.Contains(body, part) || strings.Count(body, "\n") != 1 {
			t.Errorf("%s: %d %q, want %d with %q in one line", path, got, body, status, part)
		}
	}
	expect("/healthz", http.StatusOK, "ok")
	expect("/readyz", http.StatusServiceUnavailable, "starting")
	var wrong error
	m.SetReady(func(context.Context) error { return wrong })
	expect("/readyz", http.StatusOK, "ok")
	wrong = errors.New("the bucket\ncannot be used")
	expect("/readyz", http.StatusServiceUnavailable, "the bucket cannot be used")
	expect("/healthz", http.StatusOK, "ok")
	m.Stopped(errors.New("Temporal gives it no work any more"))
	expect("/healthz", http.StatusServiceUnavailable, "no work any more")
	expect("/readyz", http.StatusServiceUnavailable, "no work any more")
	cancel()
	<-m.done
}

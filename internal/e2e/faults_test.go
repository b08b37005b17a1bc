package e2e_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
)

// faultsPage is the page that holds the table of `make faults`.
const faultsPage = "../../docs/faults.md"

// TestFaults_aFewOfEachGroup is what `make faults` does, for a few faults of a small org.
func TestFaults_aFewOfEachGroup(t *testing.T) {
	t.Parallel()
	runFaults(t, 200, [][]string{
		{"oauth_invalid_client"},
		{"api_total_requests", "report_obsolete", "api_502"},
		{"truncated_gzip", "describe_some_columns", "upload_reset_after_body"},
	})
}

// TestFaults_eachAloneAndAllTogether runs every fault of the simulator, or those of LONGHAUL_E2E_FAULTS.
func TestFaults_eachAloneAndAllTogether(t *testing.T) {
	asked := os.Getenv("LONGHAUL_E2E_FAULTS")
	if asked == "" {
		t.Skip("it takes minutes: `make faults` runs it (LONGHAUL_E2E_FAULTS=all, or names with commas between)")
	}
	reports := 2000
	if text := os.Getenv("LONGHAUL_E2E_REPORTS"); text != "" {
		var err error
		if reports, err = strconv.Atoi(text); err != nil || reports < 100 {
			t.Fatalf("LONGHAUL_E2E_REPORTS is %q, want a number from 100", text)
		}
	}
	names := strings.Split(asked, ",")
	if asked == "all" {
		names = append(faults.Names(), everyFault)
	}
	runs := runFaults(t, reports, inLanes(t, names))
	table := tableOf(reports, runs)
	fmt.Fprint(os.Stdout, "\n"+table)
	if os.Getenv("LONGHAUL_E2E_WRITE") == "1" && asked == "all" && !t.Failed() {
		writeTable(t, table)
	}
}

// inLanes spreads faults over orgs that run side by side: the logins on their own, for their tokens end early, and apart
// from each other what takes long.
func inLanes(t *testing.T, names []string) [][]string {
	t.Helper()
	groups := map[string]string{everyFault: everyFault}
	for _, kind := range faults.Kinds() {
		groups[kind.Name] = kind.Group
	}
	lanes := map[string][]string{}
	for n, name := range names {
		group, known := groups[name]
		if !known {
			t.Fatalf("there is no fault %q; there are %s", name, strings.Join(faults.Names(), ", "))
		}
		if group == faults.GroupAPI || group == faults.GroupOAuth {
			group += strconv.Itoa(n % 3)
		}
		lanes[group] = append(lanes[group], name)
	}
	return slices.Collect(maps.Values(lanes))
}

// runFaults runs the faults of each lane one after the other, and the lanes side by side.
func runFaults(t *testing.T, reports int, lists [][]string) (runs []faultRun) {
	t.Helper()
	var lanes []*lane
	var sources []source.Source
	for n, names := range lists {
		options := server.Options{Reports: reports, Columns: 2, TypeMetadata: 1000, PageSize: min(reports/4, 500)}
		if strings.HasPrefix(names[0], "oauth_") {
			options.Latency = 90 * time.Second / time.Duration(reports)
			// A token is checked when the latency is over, so it has to last longer than that and what a busy machine adds.
			options.TokenTTL = max(500*time.Millisecond, 3*options.Latency)
		}
		l := &lane{
			sim: simulate(t, options), name: strconv.Itoa(n), reports: reports, faults: names, brief: options.TokenTTL > 0,
		}
		lanes = append(lanes, l)
		sources = append(sources, l.sources()...)
	}
	w := newMany(t, sources)
	var mu sync.Mutex
	t.Run("lanes", func(t *testing.T) {
		for _, l := range lanes {
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				l.many = w
				l.undisturb(t)
				for _, name := range l.faults {
					t.Run(name, func(t *testing.T) {
						r := l.meet(t, name)
						mu.Lock()
						defer mu.Unlock()
						runs = append(runs, r)
						t.Log(r.row())
					})
				}
			})
		}
	})
	return runs
}

// undisturb makes the extract that the others are compared with.
func (l *lane) undisturb(t *testing.T) {
	t.Helper()
	m := l.sync(t, l.fixer("undisturbed"))
	if m.exit != 0 || len(m.blocked) > 0 || m.waited {
		t.Fatalf("an undisturbed sync ended with %d: %s", m.exit, m.message)
	}
	l.undisturbed, l.accounted = readExtract(t, l.store, m.result), audit(t, l.store, m.result)
}

// row is the run as a line of the table.
func (r *faultRun) row() string {
	var missing []string
	for _, reason := range slices.Sorted(maps.Keys(r.missing)) {
		missing = append(missing, fmt.Sprintf("%d %s", r.missing[reason], reason))
	}
	if r.partial > 0 {
		missing = append(missing, fmt.Sprintf("%d described without some of their columns, which a warning counts", r.partial))
	}
	if len(missing) == 0 {
		missing = []string{"as without the fault"}
	}
	return fmt.Sprintf("| %s | %d | %s | %.0f | %d | %s |",
		r.name, r.hits, strings.Join(counted(r.meetings), "; then "), r.seconds, max(r.again, 0), strings.Join(missing, ", "))
}

// counted says how often in a row what stands there more than once in a row.
func counted(texts []string) (short []string) {
	for i := 0; i < len(texts); {
		n := 1
		for i+n < len(texts) && texts[i+n] == texts[i] {
			n++
		}
		if n == 1 {
			short = append(short, texts[i])
		} else {
			short = append(short, fmt.Sprintf("%d times %s", n, texts[i]))
		}
		i += n
	}
	return short
}

// tableOf is the table of all runs, in the order of faults.Names.
func tableOf(reports int, runs []faultRun) string {
	order := append(faults.Names(), everyFault)
	slices.SortFunc(runs, func(a, b faultRun) int {
		return cmp.Compare(slices.Index(order, a.name), slices.Index(order, b.name))
	})
	var b strings.Builder
	fmt.Fprintf(&b, "%d reports; %d %% of the requests that a fault can meet met it.\n\n", reports, int(100*rate))
	b.WriteString("| Fault | Met | The syncs | Seconds | Described again | In the account |\n| --- | ---: | --- | ---: | ---: | --- |\n")
	for _, r := range runs {
		b.WriteString(r.row() + "\n")
	}
	return b.String()
}

// The marks between which the page holds the table.
const tableBegins, tableEnds = "<!-- make faults -->\n", "<!-- end of make faults -->\n"

func writeTable(t *testing.T, table string) {
	t.Helper()
	page, err := os.ReadFile(faultsPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !ok || !ends {
		t.Fatalf("%s has no place for the table", faultsPage)
	}
	if err := os.WriteFile(faultsPage, []byte(before+tableBegins+"\n"+table+"\n"+tableEnds+after), 0o600); err != nil {
		t.Fatal(err)
	}
}

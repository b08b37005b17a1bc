package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"longhaul/activities"
	"longhaul/internal/simulator/project"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// npsp is a project of real report definitions beside this repository.
const npsp = "../../../shared/orgs/npsp"

// requireDelivered checks that the catalog holds the result's files, byte for byte, the summary last.
func requireDelivered(t *testing.T, p *plant, result workflows.Result) {
	t.Helper()
	files := p.sim.Files()
	if len(files) != len(result.Files["castor"]) || len(files) != 7 {
		t.Fatalf("the catalog has %d files, the result %d, want 7; warnings %q", len(files), len(result.Files["castor"]), result.Warnings)
	}
	if last := files[len(files)-1].Name; !strings.HasSuffix(last, "-summary.json") {
		t.Errorf("the last file delivered is %s", last)
	}
	for _, want := range result.Files["castor"] {
		i := slices.IndexFunc(files, func(f server.File) bool { return f.Name == want.Name })
		if i < 0 {
			t.Errorf("%s did not arrive", want.Name)
			continue
		}
		var content json.RawMessage
		p.file(t, result, want.Name, &content)
		sum := sha256.Sum256(content)
		if own := hex.EncodeToString(sum[:]); files[i].SHA256 != want.SHA256 || own != want.SHA256 || files[i].Bytes != want.Bytes {
			t.Errorf("%s: catalog %s (%d bytes), result %s (%d), bucket %s", want.Name, files[i].SHA256, files[i].Bytes, want.SHA256, want.Bytes, own)
		}
	}
}

// byKind finds the file of a kind, such as "reports".
func byKind(t *testing.T, result workflows.Result, kind string) string {
	t.Helper()
	for _, f := range result.Files["castor"] {
		if _, name, _ := strings.Cut(f.Name, "-"); name == kind+".json" {
			return f.Name
		}
	}
	t.Fatalf("no file of %s among %v", kind, result.Files["castor"])
	return ""
}

func TestSync_ofARealProject(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(npsp); err != nil {
		t.Skipf("the real report definitions are not beside this repository (%v)", err)
	}
	org, err := project.Load(npsp)
	if err != nil {
		t.Fatal(err)
	}
	definitions := 0
	err = filepath.WalkDir(filepath.Join(npsp, "reports"), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".report-meta.xml") {
			definitions++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p := newPlant(t, server.Options{Org: org, TLSDir: t.TempDir()}, nil)
	result := p.sync(t)
	if result.Outcome != workflows.OutcomeComplete {
		t.Errorf("the outcome is %s: %+v", result.Outcome, result.States)
	}
	var reports, metadata, components []map[string]any
	p.file(t, result, byKind(t, result, "reports"), &reports)
	p.file(t, result, byKind(t, result, "reports_metadata"), &metadata)
	p.file(t, result, byKind(t, result, "dashboard_components"), &components)
	if len(reports) != definitions || result.Kinds.Reports != int64(definitions) {
		t.Errorf("%d reports were read, %d are defined", len(reports), definitions)
	}
	ids := map[any]bool{}
	for _, r := range reports {
		ids[r["Id"]] = true
	}
	linked := 0
	for _, c := range components {
		if c["CustomReportId"] == nil {
			continue
		}
		linked++
		if !ids[c["CustomReportId"]] {
			t.Errorf("component %v shows report %v, which is not in reports", c["Id"], c["CustomReportId"])
		}
	}
	if linked == 0 {
		t.Error("no component shows a report")
	}
	if got := result.States.Described + result.States.Unsupported; got != int64(definitions) || len(metadata) != int(result.States.Described) {
		t.Errorf("%d of %d reports are described or unsupported, %d have metadata", got, definitions, len(metadata))
	}
	for _, m := range metadata {
		if columns, ok := m["detailColumnInfo"].(map[string]any); !ok || len(columns) == 0 {
			t.Errorf("report %v has no columns", m["reportId"])
		}
	}
	requireDelivered(t, p, result)
}

func TestSync_ofAGeneratedOrg(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 1000, Columns: 5}, nil)
	result := p.sync(t)

	// Of 1,000 reports 3 are obsolete, 2 forbidden, 1 gone and 2 joined; the forbidden ones are gaps.
	want := activities.States{Described: 992, Obsolete: 3, Denied: 2, Gone: 1, Unsupported: 2}
	if result.States != want || result.Outcome != workflows.OutcomeGaps {
		t.Errorf("outcome %s, states %+v, want %+v", result.Outcome, result.States, want)
	}
	kinds := activities.Kinds{Folders: 60, Reports: 1000, Dashboards: 100, Components: 600, Users: 200}
	if result.Kinds != kinds {
		t.Errorf("the inventory is %+v, want %+v", result.Kinds, kinds)
	}
	var reports []map[string]any
	p.file(t, result, byKind(t, result, "reports"), &reports)
	if len(reports) != int(result.Kinds.Reports-result.States.Gone) {
		t.Errorf("reports has %d records", len(reports))
	}
	stats := p.sim.Stats()
	if stats.APICalls != int(result.APICalls) {
		t.Errorf("the result says %d API calls, Salesforce counted %d", result.APICalls, stats.APICalls)
	}
	if stats.MaxInFlight > 24 {
		t.Errorf("%d requests were in flight, want at most max_in_flight = 24", stats.MaxInFlight)
	}
	if stats.Logins != 1 {
		t.Errorf("%d logins, want 1", stats.Logins)
	}
	requireDelivered(t, p, result)
	requireSmallHistory(t, p, "sync-acme", result)
}

// requireSmallHistory checks the bounds of design §2 on what Temporal keeps.
func requireSmallHistory(t *testing.T, p *plant, id string, result workflows.Result) {
	t.Helper()
	events := p.history(t, id, "")
	if len(events) > 2000 {
		t.Errorf("the history has %d events", len(events))
	}
	for _, event := range events {
		if size := proto.Size(event); size > 50_000 {
			t.Errorf("event %d (%s) is %d bytes", event.GetEventId(), event.GetEventType(), size)
		}
	}
	var reports []map[string]any
	p.file(t, result, byKind(t, result, "reports"), &reports)
	name, _ := reports[0]["Name"].(string)
	for _, event := range events {
		if name != "" && strings.Contains(event.String(), name) {
			t.Errorf("event %d holds the name of a report", event.GetEventId())
		}
	}
}

func TestSync_againReusesWhatIsKnown(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 300, Columns: 3}, nil)
	first := p.sync(t)
	before := p.sim.Stats().APICalls
	second := p.sync(t)
	if second.States.Reused != first.States.Described || second.States.Described != 0 {
		t.Errorf("the first described %d, the second reused %d and described %d",
			first.States.Described, second.States.Reused, second.States.Described)
	}
	if calls := p.sim.Stats().APICalls - before; calls > 20 {
		t.Errorf("the second sync cost %d API calls", calls)
	}
	if first.Files["castor"][0].Name >= second.Files["castor"][0].Name {
		t.Errorf("the second set is not the newer one: %s, then %s", first.Files["castor"][0].Name, second.Files["castor"][0].Name)
	}
	for i, f := range first.Files["castor"] {
		if f.Name != second.Files["castor"][i].Name && strings.Contains(f.Name, "reports_metadata") && f.SHA256 != second.Files["castor"][i].SHA256 {
			t.Error("reused columns differ from described ones")
		}
	}

	full := p.sync(t, map[string]any{"mode": "full"})
	if full.States.Reused != 0 || full.States.Described != first.States.Described {
		t.Errorf("a full sync reused %d and described %d", full.States.Reused, full.States.Described)
	}
}

func TestSync_underAServerOrderThatIgnoresCase(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 5000, Columns: 1, TypeMetadata: 2000, IDOrder: "ci"}, nil)
	result := p.sync(t)
	if result.Kinds.Reports != 5000 {
		t.Errorf("%d reports were listed, want all 5,000", result.Kinds.Reports)
	}
	var reports []struct {
		ID string `json:"Id"`
	}
	p.file(t, result, byKind(t, result, "reports"), &reports)
	if !slices.IsSortedFunc(reports, func(a, b struct {
		ID string `json:"Id"`
	},
	) int {
		return strings.Compare(a.ID, b.ID)
	}) {
		t.Error("reports is not sorted by Id")
	}
}

func TestSync_withPrivateReports(t *testing.T) {
	t.Parallel()
	public := newPlant(t, server.Options{Reports: 500, Columns: 1}, nil).sync(t)
	private := newPlant(t, server.Options{Reports: 500, Columns: 1}, func(s *source.Source) { s.Scope.Private = true }).sync(t)
	if private.Kinds.Reports <= public.Kinds.Reports {
		t.Errorf("%d reports with the private ones, %d without", private.Kinds.Reports, public.Kinds.Reports)
	}
}

func TestSync_withPassword(t *testing.T) {
	t.Parallel()
	secrets := server.Secrets{Password: "pa ss&wörd", SecurityToken: "tok"}
	p := newPlant(t, server.Options{Reports: 100, Columns: 1, Secrets: secrets}, func(s *source.Source) {
		s.Salesforce.Auth = source.Password
		s.Salesforce.Username = "catalog.bot@simulated-org.invalid"
		s.Salesforce.Password, s.Salesforce.SecurityToken = source.Held("pa ss&wörd"), source.Held("tok")
	})
	if result := p.sync(t); result.States.Described == 0 {
		t.Errorf("nothing was described: %+v", result)
	}
}

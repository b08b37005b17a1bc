package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
)

// moving is the page of who has castor-extractor and wants Longhaul.
const moving = "../../docs/move-from-castor.md"

// lasting is an org that lists no report which is deleted by the time that it is described.
type lasting struct{ org.Org }

func (l lasting) Describe(i int) org.Describe {
	if d := l.Org.Describe(i); d.Status != http.StatusNotFound {
		return d
	}
	return org.NoColumns
}

// mover follows that page.
type mover struct {
	*reader

	served *goingOn
}

func (m *mover) steps() []instruction {
	return []instruction{
		{"longhaul check", func(t *testing.T, line string) { m.says(t, line, "A sync can run", "0 failed") }},
		{"longhaul extract ", func(t *testing.T, line string) { m.does(t, line) }},
		{"longhaul diff castor-out longhaul-out", m.isEqual},
		{"cp -R", func(t *testing.T, line string) { m.does(t, line) }},
		{"mkdir ", func(t *testing.T, line string) { m.does(t, line) }},
		{"ln -s", func(t *testing.T, line string) { m.does(t, line) }},
		{"ln -s", func(t *testing.T, line string) { m.does(t, line) }},
		{"export PATH=", func(*testing.T, string) {
			m.environ[1] = strings.Replace(m.environ[1], "PATH=", "PATH="+m.dir+"/bin:", 1)
		}},
		{"castor-extract-salesforce-viz ", m.cron},
		{"longhaul serve ", m.serve},
		{"longhaul connect ", m.connect},
		{"longhaul sync acme --no-upload", func(t *testing.T, line string) { m.says(t, line, "Nothing was sent to a catalog.") }},
		{"longhaul diff castor-kept data", m.isEqual},
		{"longhaul sync acme", m.delivers},
		{"longhaul schedule ", func(t *testing.T, line string) { m.says(t, line, "cron 0 3 * * *") }},
		{"longhaul sources", func(t *testing.T, line string) { m.says(t, line, "1 source.", "cron 0 3 * * *") }},
	}
}

// TestMove_fromACronLineToASchedule types what the page says, after a run of castor's requests that wrote its files.
func TestMove_fromACronLineToASchedule(t *testing.T) {
	t.Parallel()
	sim := simulate(t, server.Options{
		Org: lasting{org.Generate(org.Spec{Reports: 200, Columns: 3})}, Granted: []string{org.CustomizeApplication},
	})
	ready := sim.Ready()
	m := &mover{reader: &reader{stranger: newStranger(t, longhaul), sim: sim, put: strings.NewReplacer(
		"399a8b22-3187-41ec-8d3d-0242ac130003", ready.SourceID)}}
	m.environ = append(m.environ,
		"CASTOR_SALESFORCE_CLIENT_ID="+ready.ClientID, "CASTOR_SALESFORCE_CLIENT_SECRET="+ready.ClientSecret,
		"CASTOR_SALESFORCE_USERNAME="+ready.Username, "CASTOR_SALESFORCE_PASSWORD="+ready.Password,
		"CASTOR_SALESFORCE_SECURITY_TOKEN="+ready.SecurityToken, "CASTOR_SALESFORCE_BASE_URL="+ready.Salesforce,
		"CASTOR_UPLOADER_TOKEN="+ready.CatalogToken, "CASTOR_UPLOADER_SOURCE_ID="+ready.SourceID, "LONGHAUL_CATALOG_URL="+ready.Catalog)
	out := filepath.Join(m.dir, "castor-out")
	asCastor(t, ready, out)
	closed(t, os.Chmod(out, 0o777))

	steps := m.steps()
	for _, b := range blocks(t, moving) {
		if b.language == "yaml" {
			m.writes(t, "longhaul.yaml", b.text)
			continue
		}
		for line := range strings.Lines(b.text) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "  #")
			line = strings.TrimSpace(line)
			if len(steps) == 0 || !strings.HasPrefix(line, steps[0].command) {
				t.Fatalf("%s has a command that is not tested: %s", moving, line)
			}
			t.Log("$ " + line)
			steps[0].do(t, line)
			steps = steps[1:]
		}
	}
	if len(steps) != 0 {
		t.Errorf("%s lacks %d commands", moving, len(steps))
	}
}

// isEqual compares what castor wrote.
func (m *mover) isEqual(t *testing.T, line string) {
	t.Helper()
	t.Log(m.says(t, line, ": equal but for time"))
}

// cron runs the cron line with Longhaul in castor's place, in castor's folder.
func (m *mover) cron(t *testing.T, line string) {
	t.Helper()
	m.does(t, line)
	requireSets(t, m.sim, 1)
	if files, err := filepath.Glob(filepath.Join(m.dir, "castor-out", "*.json")); err != nil || len(files) != 14 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
	m.isEqual(t, "longhaul diff longhaul-out castor-out")
}

// serve leaves the program for one machine, on ports of its own.
func (m *mover) serve(t *testing.T, line string) {
	t.Helper()
	m.served = m.leaves(t, line+" --port 0 --ui-port 0 --json", `{"temporal"`)
	var ready struct{ Temporal string }
	_, line, _ = strings.Cut(m.served.said.String(), `{"temporal"`)
	if err := json.NewDecoder(strings.NewReader(`{"temporal"` + line)).Decode(&ready); err != nil || ready.Temporal == "" {
		t.Fatalf("it does not say where Temporal is: %v\n%s", err, m.served.said)
	}
	m.environ = append(m.environ, "TEMPORAL_ADDRESS="+ready.Temporal)
}

func (m *mover) connect(t *testing.T, line string) {
	t.Helper()
	ready := m.sim.Ready()
	m.writes(t, "acme.json", string(guidesDocument(t, ready, ready.ClientSecret)))
	m.says(t, line+" --catalog-url "+ready.Catalog, "acme is connected", "A worker serves it.")
}

// delivers reuses what the sync that delivered nothing had described.
func (m *mover) delivers(t *testing.T, line string) {
	t.Helper()
	before := described(m.sim)
	m.says(t, line, "The catalog has all files")
	requireSets(t, m.sim, 2)
	if more := described(m.sim) - before; more > 5 {
		t.Errorf("%d reports were described again", more)
	}
}

// requireSets checks how many whole sets the catalog has, the newest delivered last.
func requireSets(t *testing.T, sim *server.Server, sets int) {
	t.Helper()
	files, last := sim.Files(), ""
	for _, f := range files {
		last = max(last, f.Name)
	}
	if at, _, _ := strings.Cut(last, "-"); len(files) != 7*sets || !strings.HasPrefix(files[len(files)-1].Name, at) {
		t.Errorf("the catalog has %d files, the newest %s", len(files), last)
	}
}

// castorsFields are what castor selects of each object, in the file of a name.
var castorsFields = map[string]string{
	"dashboards": "CreatedBy.Id, CreatedDate, Description, DeveloperName, FolderId, FolderName, Id, IsDeleted, LastReferencedDate, LastViewedDate, " +
		"NamespacePrefix, RunningUserId, Title, Type FROM Dashboard WHERE IsDeleted = FALSE",
	"dashboard_components": "CustomReportId, DashboardId, Name FROM DashboardComponent",
	"folders":              "DeveloperName, Id, Name, NamespacePrefix, ParentId, Type FROM Folder WHERE Type IN ('Dashboard', 'Report')",
	"reports": "CreatedBy.Id, Description, DeveloperName, FolderName, Format, Id, IsDeleted, LastReferencedDate, LastRunDate, LastViewedDate, Name, " +
		"NamespacePrefix, OwnerId FROM Report WHERE IsDeleted = FALSE",
	"users": "Id, Email, FirstName, LastName, CreatedDate FROM User WHERE UserType = 'Standard'",
}

// castorClient asks what castor asks, and writes what castor writes.
type castorClient struct{ base, token string }

// asCastor extracts an org of fewer than 2,000 records of a kind as castor does.
func asCastor(t *testing.T, ready server.Ready, out string) {
	t.Helper()
	closed(t, os.Mkdir(out, 0o755))
	login, err := http.PostForm(ready.Salesforce+"/services/oauth2/token", url.Values{
		"grant_type": {"password"}, "client_id": {ready.ClientID}, "client_secret": {ready.ClientSecret},
		"username": {ready.Username}, "password": {ready.Password + ready.SecurityToken},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = login.Body.Close() }()
	var session struct {
		Token string `json:"access_token"`
	}
	closed(t, json.NewDecoder(login.Body).Decode(&session))
	c := castorClient{ready.Salesforce, session.Token}
	at := time.Now().Unix()
	write := func(name, content string) {
		closed(t, os.WriteFile(filepath.Join(out, fmt.Sprintf("%d-%s.json", at, name)), []byte(content), 0o644))
	}
	var ids []string
	for name, query := range castorsFields {
		var records []string
		for _, record := range c.query(t, query) {
			var head struct {
				ID         string `json:"Id"`
				Attributes struct{ Type, URL string }
			}
			closed(t, json.Unmarshal(record, &head))
			link := c.base + "/lightning/r/" + head.Attributes.Type + "/" + head.ID + "/view"
			switch name {
			case "reports":
				ids = append(ids, head.ID)
			case "folders":
				link = c.base + head.Attributes.URL
			case "users", "dashboard_components":
				link = ""
			}
			if text := string(record); link != "" {
				records = append(records, strings.TrimSuffix(text, "}")+fmt.Sprintf(`, "Url": %q}`, link))
			} else {
				records = append(records, text)
			}
		}
		write(name, "["+strings.Join(records, ", ")+"]")
	}
	var columns []string
	for _, id := range ids {
		if of := c.columns(t, id); of != "" {
			columns = append(columns, fmt.Sprintf(`{"reportId": %q, "detailColumnInfo": %s}`, id, of))
		}
	}
	write("reports_metadata", "["+strings.Join(columns, ", ")+"]")
	write("summary", `{"python_version": "3.11.7", "version": "0.26.11", "executed_at": "2026-11-23T16:33:37"}`)
}

func (c castorClient) get(t *testing.T, path string) (status int, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.base+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if body, err = io.ReadAll(answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

func (c castorClient) query(t *testing.T, fields string) []json.RawMessage {
	t.Helper()
	status, body := c.get(t, "/services/data/v59.0/query?q="+url.QueryEscape("SELECT "+fields))
	var page struct {
		Done    bool
		Records []json.RawMessage
	}
	if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK || !page.Done {
		t.Fatalf("%d %s", status, body)
	}
	return page.Records
}

// columns are what castor keeps of a description: nothing of one that fails, and {} of one that has none.
func (c castorClient) columns(t *testing.T, id string) string {
	t.Helper()
	status, body := c.get(t, "/services/data/v60.0/analytics/reports/"+id+"/describe")
	if status != http.StatusOK {
		return ""
	}
	var described struct {
		ReportExtendedMetadata struct {
			DetailColumnInfo json.RawMessage `json:"detailColumnInfo"`
		} `json:"reportExtendedMetadata"`
	}
	closed(t, json.Unmarshal(body, &described))
	if columns := described.ReportExtendedMetadata.DetailColumnInfo; !slices.Contains([]string{"", "null"}, string(columns)) {
		return string(columns)
	}
	return "{}"
}

package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/org"
)

// sendBytes sends bytes as they are, as the Python client was seen to send them, and reads the answer.
func sendBytes(t *testing.T, address, request string) answer {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "HOST", u.Host)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, body}
}

const python = "Host: HOST\r\nUser-Agent: python-requests/2.34.2\r\nAccept-Encoding: identity\r\nAccept: */*\r\nConnection: keep-alive\r\n"

// castorQueries are the queries of castor by object, as it was seen to write them.
var castorQueries = map[string]string{
	"Dashboard": "\n        SELECT\n            CreatedBy.Id,\n            CreatedDate, Description, DeveloperName, FolderId, FolderName, Id, " +
		"IsDeleted, LastReferencedDate, LastViewedDate, NamespacePrefix, RunningUserId, Title, Type\n        FROM Dashboard\n" +
		"        WHERE IsDeleted = FALSE\n    ",
	"DashboardComponent": "SELECT CustomReportId, DashboardId, Name FROM DashboardComponent",
	"Folder":             "SELECT DeveloperName, Id, Name, NamespacePrefix, ParentId, Type FROM Folder WHERE Type IN ('Dashboard', 'Report')",
	"Report": "SELECT CreatedBy.Id, Description, DeveloperName, FolderName, Format, Id, IsDeleted, LastReferencedDate, LastRunDate, " +
		"LastViewedDate, Name, NamespacePrefix, OwnerId FROM Report WHERE IsDeleted = FALSE",
	"User": "SELECT Id, Email, FirstName, LastName, CreatedDate FROM User WHERE UserType = 'Standard'",
}

func TestAWholeExtractionByCastorsRequests(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 4500, Columns: 3, Granted: []string{org.CustomizeApplication}})
	ready := c.s.Ready()
	login := url.Values{
		"client_id": {ready.ClientID}, "client_secret": {ready.ClientSecret}, "username": {ready.Username},
		"password": {ready.Password + ready.SecurityToken},
	}
	a := sendBytes(t, ready.Salesforce, "POST /services/oauth2/token?grant_type=password&"+login.Encode()+" HTTP/1.1\r\n"+python+
		"Content-Length: 4\r\n\r\nPOST")
	var token struct {
		AccessToken string `json:"access_token"`
	}
	a.decode(t, &token)
	get := func(path string) answer {
		return sendBytes(t, ready.Salesforce, "GET "+path+" HTTP/1.1\r\n"+python+"Authorization: Bearer "+token.AccessToken+"\r\n\r\n")
	}
	counts := map[string]int{}
	var reports []string
	for object, query := range castorQueries {
		again := "?q=" + url.QueryEscape(query)
		for path := "/services/data/v59.0/query" + again; path != ""; {
			a := get(path)
			var p page
			a.decode(t, &p)
			if a.status != 200 {
				t.Fatalf("%s: %d %s", path, a.status, a.body)
			}
			counts[object] += len(p.Records)
			if object == "Report" {
				for _, r := range p.Records {
					reports = append(reports, r.ID)
				}
			}
			if path = ""; p.NextRecordsURL != "" {
				path = "/" + p.NextRecordsURL + again
			}
		}
	}
	want := map[string]int{"Dashboard": 450, "DashboardComponent": 2700, "Folder": 270, "Report": 4500, "User": 900}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("the client reads (-want +got):\n%s", diff)
	}
	for _, id := range reports[:50] {
		a := get("/services/data/v60.0/analytics/reports/" + id + "/describe")
		var description struct {
			ReportExtendedMetadata struct {
				DetailColumnInfo map[string]json.RawMessage
			}
		}
		if a.status != 200 {
			continue // obsolete or the like
		}
		if a.decode(t, &description); len(description.ReportExtendedMetadata.DetailColumnInfo) != 3 {
			t.Errorf("report %s has the columns %v", id, description.ReportExtendedMetadata.DetailColumnInfo)
		}
	}
}

func TestCastorsUpload(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	boundary := "70ee3bb847047420626c5188430085de"
	body := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"1700000000-dashboards.json\"\r\n\r\n" +
		"[{\"a\": 1}]\r\n--" + boundary + "--\r\n"
	a := sendBytes(t, ready.Catalog, fmt.Sprintf("POST /visualization-%s/1700000000-dashboards.json HTTP/1.1\r\n%sAuthorization: Token %s\r\n"+
		"Content-Length: %d\r\nContent-Type: multipart/form-data; boundary=%s\r\n\r\n%s",
		ready.SourceID, python, ready.CatalogToken, len(body), boundary, body))
	if a.status >= 400 || len(c.s.Files()) != 1 {
		t.Errorf("the upload answers %d %s", a.status, a.body)
	}
	if got := c.do("GET", ready.Catalog+"/simulator/files/1700000000-dashboards.json", ""); string(got.body) != `[{"a": 1}]` {
		t.Errorf("the file comes back as %q", got.body)
	}
}

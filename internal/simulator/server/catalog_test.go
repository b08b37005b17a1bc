package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// form is a multipart body with one part, and its content type.
func form(t *testing.T, field, name, content string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func TestTheCatalogTakesEachPathOnce(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	send := func(kind, name, content string) answer {
		body, contentType := form(t, "file", name, content)
		return c.do("POST", ready.Catalog+"/"+kind+"-"+ready.SourceID+"/"+name, body,
			"Content-Type", contentType, "Authorization", "Token "+ready.CatalogToken)
	}
	large := strings.Repeat("0123456789", 100_000)
	var want []File
	for _, f := range []struct{ kind, name, content string }{
		{"visualization", "1-reports.json", large},
		{"warehouse", "1-reports.json", "x"},
		{"quality", "2-q.csv", ""},
		{"transformation", "3-manifest.json", "{}"},
	} {
		if a := send(f.kind, f.name, f.content); a.status != 200 {
			t.Errorf("%s/%s: %d %s", f.kind, f.name, a.status, a.body)
		}
		sum := sha256.Sum256([]byte(f.content))
		path := f.kind + "-" + ready.SourceID + "/" + f.name
		want = append(want, File{Name: f.name, Path: path, Bytes: int64(len(f.content)), SHA256: hex.EncodeToString(sum[:])})
	}
	if a := send("visualization", "1-reports.json", "other"); a.status != 409 {
		t.Errorf("a second delivery answers %d", a.status)
	}
	var got []File
	c.do("GET", ready.Catalog+"/simulator/files", "").decode(t, &got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	for path, want := range map[string]string{"1-reports.json": "x", got[0].Path: large, "2-q.csv": ""} {
		if a := c.do("GET", ready.Catalog+"/simulator/files/"+path, ""); a.status != 200 || string(a.body) != want {
			t.Errorf("%s comes back as %d with %d bytes, want %d", path, a.status, len(a.body), len(want))
		}
	}
	if a := c.do("GET", ready.Catalog+"/simulator/files/nothing", ""); a.status != 404 {
		t.Errorf("an unknown file answers %d", a.status)
	}
}

// castor-upload names the file in the form as it is called on its own machine, and derives the name in the path from it only
// for the types that need a time.
func TestTheCatalogTakesTheFormsOfCastor(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	for _, test := range []struct {
		name, kind, inPath, inForm string
		status                     int
	}{
		{"quality under a name made for it", "quality", "1700000000-tests.csv", "tests.csv", 200},
		{"a manifest of any name", "transformation", "1700000000-manifest.json", "prod.json", 200},
		{"a file of no name", "quality", "1700000001-tests.csv", "", 400},
		{"a visualization under another name", "visualization", "1700000000-reports.json", "reports.json", 400},
		{"a warehouse under another name", "warehouse", "1700000000-tables.csv", "tables.csv", 400},
	} {
		body, contentType := form(t, "file", test.inForm, "x")
		a := c.do("POST", ready.Catalog+"/"+test.kind+"-"+ready.SourceID+"/"+test.inPath, body,
			"Content-Type", contentType, "Authorization", "Token "+ready.CatalogToken)
		if a.status != test.status {
			t.Errorf("%s: %d %s, want %d", test.name, a.status, a.body, test.status)
		}
	}
	if files := c.s.Files(); len(files) != 2 || files[0].Name != "1700000000-tests.csv" || files[1].Name != "1700000000-manifest.json" {
		t.Errorf("the list holds %v", files)
	}
}

func TestTheCatalogRefuses(t *testing.T) {
	t.Parallel()
	c := start(t, Options{MaxUpload: 10_000})
	ready := c.s.Ready()
	path, token := "/visualization-"+ready.SourceID+"/a.json", "Token "+ready.CatalogToken
	good, goodType := form(t, "file", "a.json", "[]")
	otherField, otherFieldType := form(t, "data", "a.json", "[]")
	otherName, otherNameType := form(t, "file", "b.json", "[]")
	large, largeType := form(t, "file", "a.json", strings.Repeat("x", 11_000))
	for name, test := range map[string]struct {
		method, path, token, contentType, body string
		status                                 int
	}{
		"no token":               {"POST", path, "", goodType, good, 401},
		"another scheme":         {"POST", path, "Bearer " + ready.CatalogToken, goodType, good, 401},
		"a wrong token":          {"POST", path, "Token x", goodType, good, 403},
		"an unknown source":      {"POST", "/visualization-399a8b22-3187-41ec-8d3d-0242ac130003/a.json", token, goodType, good, 403},
		"a source that is no id": {"POST", "/visualization-1/a.json", token, goodType, good, 404},
		"an unknown kind":        {"POST", "/picture-" + ready.SourceID + "/a.json", token, goodType, good, 404},
		"no name":                {"POST", "/visualization-" + ready.SourceID, token, goodType, good, 404},
		"another method":         {"PUT", path, token, goodType, good, 405},
		"no form":                {"POST", path, token, "application/json", "[]", 400},
		"another field":          {"POST", path, token, otherFieldType, otherField, 400},
		"another file name":      {"POST", path, token, otherNameType, otherName, 400},
		"a form that ends early": {"POST", path, token, goodType, good[:len(good)-8], 400},
		"more behind the form":   {"POST", path, token, goodType, good + "more", 400},
		"an empty body":          {"POST", path, token, goodType, "", 400},
		"a file above the bound": {"POST", path, token, largeType, large, 413},
	} {
		a := c.do(test.method, ready.Catalog+test.path, test.body, "Content-Type", test.contentType, "Authorization", test.token)
		if a.status != test.status {
			t.Errorf("%s: %d %s, want %d", name, a.status, a.body, test.status)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), "POST", ready.Catalog+path, io.MultiReader(strings.NewReader(good)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", token)
	request.Header.Set("Content-Type", goodType)
	response, err := c.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 411 {
		t.Errorf("a body without a length answers %d", response.StatusCode)
	}
	tear(t, ready, path, token, goodType, good)
	if files := c.s.Files(); len(files) != 0 {
		t.Errorf("what was refused is kept: %v", files)
	}
}

// tear hangs up in the middle of a body.
func tear(t *testing.T, ready Ready, path, token, contentType, body string) {
	t.Helper()
	host := strings.TrimPrefix(ready.Catalog, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, host, token, contentType, len(body)+10, body)
	if err != nil {
		t.Fatal(err)
	}
	if half, ok := conn.(*net.TCPConn); !ok || half.CloseWrite() != nil {
		t.Fatal("the connection cannot be half closed")
	}
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
		t.Errorf("a torn body answers %.40q", answer)
	}
	_ = conn.Close()
}

func TestOfManyDeliveriesAtOnceOneWins(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	body, contentType := form(t, "file", "a.json", strings.Repeat("x", 100_000))
	var mu sync.Mutex
	statuses := map[int]int{}
	var calls sync.WaitGroup
	for range 10 {
		calls.Go(func() {
			a := c.do("POST", ready.Catalog+"/visualization-"+ready.SourceID+"/a.json", body,
				"Content-Type", contentType, "Authorization", "Token "+ready.CatalogToken)
			mu.Lock()
			defer mu.Unlock()
			statuses[a.status]++
		})
	}
	calls.Wait()
	if diff := cmp.Diff(map[int]int{200: 1, 409: 9}, statuses); diff != "" {
		t.Error(diff)
	}
	entries, err := os.ReadDir(c.s.uploads)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files are left in the folder, %v, want 1", len(entries), err)
	}
}

package castor_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/catalog"
	"longhaul/internal/doctor"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
)

const (
	catalogToken = "a-t0ken-of-the-catalog"
	unread       = "unread" // in place of a token
)

func TestExamine_asksWhatCanBeAskedBeforeADelivery(t *testing.T) {
	t.Parallel()
	const known, unknown = `{"data":{"__typename":"Query"}}`, `{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}`
	for name, row := range map[string]struct {
		answer string // of the public API; empty: there is none
		closed bool   // nothing listens at the catalog
		secure bool   // its certificate is not trusted
		token  string
		want   map[string]doctor.Status
		says   string // of the row that is not passed
		class  fault.Class
	}{
		"all is well": {answer: known, want: map[string]doctor.Status{"host": doctor.Pass, "token": doctor.Pass}},
		"an unknown token": {
			answer: unknown, want: map[string]doctor.Status{"host": doctor.Pass, "token": doctor.Fail}, says: "does not know the token",
			class: fault.LoginRefused,
		},
		"a token with a space": {
			answer: known, token: "Token " + catalogToken, want: map[string]doctor.Status{"host": doctor.Pass, "token": doctor.Fail},
			says: "leave out Token or Bearer", class: fault.Invalid,
		},
		"a token that cannot be read": {answer: known, token: unread, want: map[string]doctor.Status{"host": doctor.Pass, "token": doctor.Skipped}},
		"no public API":               {want: map[string]doctor.Status{"host": doctor.Pass, "token": doctor.Warn}, says: "could not be tried"},
		"a firewall": {
			answer: known, closed: true, want: map[string]doctor.Status{"host": doctor.Fail, "token": doctor.Pass}, says: "cannot reach the catalog",
			class: fault.Transient,
		},
		"a proxy that ends TLS": {
			answer: known, secure: true, want: map[string]doctor.Status{"host": doctor.Fail, "token": doctor.Pass}, says: "name its CA in ca_file",
			class: fault.Invalid,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := examined(t, row.answer, row.token, row.closed, row.secure)
			row.want["write"], row.want["source_id"] = doctor.Skipped, doctor.Skipped
			got := map[string]doctor.Status{}
			findings := castor.NewTarget(client, nil).Examine(t.Context())
			for _, f := range findings {
				got[f.ID] = f.Status
				right := f.Class == ""
				switch f.Status {
				case doctor.Skipped:
					right = strings.Contains(f.Found, "the first delivery tells") || row.token == unread && f.Found == "the token cannot be read"
				case doctor.Warn, doctor.Fail:
					right = strings.Contains(f.Found+": "+f.Fix, row.says) && f.Cost != "" && f.Fix != "" && f.Class == row.class &&
						!strings.Contains(f.Fix, "x509") && (f.Status == doctor.Warn || !strings.Contains(f.Found, ": ")) // what to change is said once
				case doctor.Pass:
				}
				if !right {
					t.Errorf("got %+v", f)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s%+v", diff, findings)
			}
			if strings.Contains(fmt.Sprint(findings), catalogToken) {
				t.Errorf("the token is shown: %+v", findings)
			}
		})
	}
}

// examined is a client of a catalog that is closed or whose certificate is not trusted, with a public API that gives an answer, if it
// gives one.
func examined(t *testing.T, answer, token string, closed, secure bool) *catalog.Client {
	t.Helper()
	files := httptest.NewUnstartedServer(http.NotFoundHandler())
	files.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		files.StartTLS()
	} else {
		files.Start()
	}
	t.Cleanup(files.Close)
	if closed {
		files.Close()
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	t.Cleanup(api.Close)
	config := catalog.Config{
		URL: files.URL, SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003",
		Token: func(context.Context) (string, error) {
			switch token {
			case "":
				return catalogToken, nil
			case unread:
				return "", fault.Invalidf("the environment variable TOKEN is not set")
			}
			return token, nil
		},
	}
	if answer != "" {
		config.PublicAPI = api.URL
	}
	client, err := catalog.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

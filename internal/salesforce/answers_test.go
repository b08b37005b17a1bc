package salesforce

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/recordid"
)

func TestDescribeReport_ofAnotherReportIsNone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"another report":   `{"reportMetadata":{"id":"00O5g0000000009AAA"},"reportExtendedMetadata":{}}`,
		"a cut Id":         `{"reportMetadata":{"id":"00O5g"},"reportExtendedMetadata":{}}`,
		"neither part":     `{"attributes":{}}`,
		"an empty object":  `{}`,
		"null":             `null`,
		"an array":         `[{"reportMetadata":{},"reportExtendedMetadata":{}}]`,
		"metadata in text": `{"reportMetadata":"x","reportExtendedMetadata":{}}`,
		"nothing":          ``,
	} {
		synctest.Test(t, func(t *testing.T) {
			client, asked := answeringInTurn(t, func(n int) string {
				if n == 1 {
					return body
				}
				return `{"reportMetadata":{"id":"` + reportID(1)[:15] + `"},"reportExtendedMetadata":{"detailColumnInfo":{}}}`
			})
			d, err := client.DescribeReport(t.Context(), reportID(1))
			if err != nil || *asked != 2 || string(d.ReportExtendedMetadata) != `{"detailColumnInfo":{}}` {
				t.Errorf("%s: %v after %d requests", name, err, *asked)
			}
		})
	}
}

// requestsOfAllKinds are requests of a client, each with answers that do not fit it.
var requestsOfAllKinds = []struct {
	name string
	ask  func(context.Context, *Client) error
	body []string
}{
	{
		"the org", func(ctx context.Context, c *Client) error {
			_, err := c.As(id18(testOrg), id18(testUser)).Organization(ctx)
			return err
		},
		[]string{
			`{"totalSize":1,"done":true,"records":[{"Id":"00D5g000009ZZZZ","Name":"Other"}]}`, `{"totalSize":1,"done":true,"records":[]}`,
			`{"totalSize":1,"done":true,"records":[{"Id":"0055g00000AbCdE"}]}`,
		},
	},
	{
		"the user", func(ctx context.Context, c *Client) error { _, err := c.RunAs(ctx, testUser); return err },
		[]string{
			`{"totalSize":1,"done":true,"records":[{"Id":"0055g00000ZZZZZ","IsActive":true}]}`, `{"totalSize":1,"done":true,"records":[]}`,
		},
	},
	{
		"permissions", func(ctx context.Context, c *Client) error { _, err := c.Permissions(ctx); return err },
		[]string{
			`{"totalSize":1,"done":true,"records":[]}`, `{"totalSize":1,"done":true,"records":[{}]}`,
			`{"totalSize":2,"done":true,"records":[{"PermissionsRunReports":true}]}`, `{"totalSize":1,"done":true}`,
		},
	},
	{
		"limits", func(ctx context.Context, c *Client) error { _, _, err := c.Usage(ctx); return err },
		[]string{`[]`, `null`, ``, `"DailyApiRequests"`, `[{"DailyApiRequests":{"Max":1,"Remaining":1}}]`},
	},
	{
		"the clock", func(ctx context.Context, c *Client) error { _, err := c.Clock(ctx); return err },
		[]string{`{}`, `null`, ``, `[]`, `[1]`, `["67.0"]`, `{"version":"67.0"}`, `[{"label":"x"}]`},
	},
}

func TestClient_everyOtherAnswerIsHeldAgainstTheQuestion(t *testing.T) {
	t.Parallel()
	for _, row := range requestsOfAllKinds {
		for _, body := range row.body {
			t.Run(row.name+" "+body, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					asked := 0
					org := &fakeOrg{handle: func(http.ResponseWriter, *http.Request) {}}
					client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
						if r.URL.Path == origin.TokenPath {
							return inProcess(org).RoundTrip(r)
						}
						asked++
						return answertest.Reply(200, body, "Content-Type: application/json", "Date: "+fakeDate), nil
					}))
					if err := row.ask(t.Context(), client); !fault.Is(err, fault.Transient) || asked != DefaultAttempts {
						t.Errorf("%v after %d requests, want a transient fault after %d", err, asked, DefaultAttempts)
					}
				})
			})
		}
	}
}

func id18(id string) string {
	long, _ := recordid.Long(id)
	return long
}

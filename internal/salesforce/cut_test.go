package salesforce

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
)

// brokenBody is a body that breaks off.
type brokenBody struct{ io.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (brokenBody) Close() error { return nil }

// TestDescribeReport_aRefusalThatBreaksOffIsNone cuts refusals behind the code: without its text a refusal for a moment looks like
// one of the report.
func TestDescribeReport_aRefusalThatBreaksOffIsNone(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{
		http.StatusForbidden:  `[{"errorCode":"FORBIDDEN","message":"You can't run more than 5 repo`,
		http.StatusBadRequest: `[{"errorCode":"BAD_REQUEST","message":"You can't run more than 5 repo`,
	} {
		synctest.Test(t, func(t *testing.T) {
			org := &fakeOrg{}
			client := inside(t, roundTripFunc(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == origin.TokenPath {
					return inProcess(org).RoundTrip(r)
				}
				resp := reply(status, "", "Content-Type: application/json")
				resp.Body = brokenBody{strings.NewReader(body)}
				return resp, nil
			}))
			_, err := client.DescribeReport(t.Context(), reportID(1))
			if e := mustError(t, err); e.Class != fault.Transient || !errors.Is(err, apierror.ErrTruncated) {
				t.Errorf("%d: got %s: %v", status, e.Class, err)
			}
		})
	}
}

package salesforce

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
)

func TestCallBudget_spendsOneCallForEachTry(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		answers []int // statuses; then 200
		calls   int64
		spent   int64
		ok      bool
	}{
		{"an answer at once", nil, 1, 1, true},
		{"a redirect that is followed", []int{302}, 2, 2, true},
		{"a redirect that the allowance does not cover", []int{302}, 1, 1, false},
		{"a session that is renewed", []int{401}, 2, 2, true},
		{"a session whose repeat the allowance does not cover", []int{401}, 1, 1, false},
		{"a server in trouble", []int{503, 503}, 3, 3, true},
		{"a server in trouble for longer than the allowance lasts", []int{503, 503}, 2, 2, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			org, asked := &fakeOrg{}, 0
			client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == origin.TokenPath {
					return inProcess(org).RoundTrip(r)
				}
				asked++
				if asked <= len(row.answers) {
					return answertest.Reply(row.answers[asked-1], "", "Location: /services/data/v59.0/query?q=other"), nil
				}
				return answertest.Reply(200, `{"totalSize":7,"done":true,"records":[]}`, "Content-Type: application/json"), nil
			}))
			a := NewCallBudget(row.calls, 0)
			_, err := Count(WithCallBudget(t.Context(), a), client)
			if (err == nil) != row.ok || int64(asked) != row.spent {
				t.Errorf("%s: %v, %d requests, want %d", row.name, err, asked, row.spent)
			}
			for range row.calls { // what is left can be spent, and no more
				_, _ = Count(WithCallBudget(t.Context(), a), client)
			}
			if int64(asked) != row.calls {
				t.Errorf("%s: %d requests were sent of %d", row.name, asked, row.calls)
			}
			if row.ok {
				return
			}
			e := mustError(t, err)
			if !errors.Is(err, ErrBudgetSpent) || e.Class != fault.QuotaExhausted || !e.Whole || e.Retryable || e.Op == "" {
				t.Errorf("%s: the refusal is %+v", row.name, e)
			}
			if says := fault.Sentence(err); !strings.Contains(says, "granted") {
				t.Errorf("%s: the sentence is %q", row.name, says)
			}
		})
	}
}

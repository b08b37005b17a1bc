package salesforce

import (
	"errors"
	"testing"
	"testing/synctest"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/describe"
)

// A description that names columns and describes none of them is requested again. One that describes some is the best there is.
func TestDescribeReport_withoutItsColumnsIsNone(t *testing.T) {
	t.Parallel()
	id := `{"reportMetadata":{"id":"` + reportID(1) + `","detailColumns":`
	whole := id + `["A","B"]},"reportExtendedMetadata":{"detailColumnInfo":{"A":{},"B":{}}}}`
	for name, row := range map[string]struct {
		body  string
		asked int // requests until one is accepted
	}{
		"an empty object":       {id + `["A","B"]},"reportExtendedMetadata":{"detailColumnInfo":{}}}`, 2},
		"null":                  {id + `["A","B"]},"reportExtendedMetadata":{"detailColumnInfo":null}}`, 2},
		"nothing":               {id + `["A","B"]},"reportExtendedMetadata":{}}`, 2},
		"other columns":         {id + `["A","B"]},"reportExtendedMetadata":{"detailColumnInfo":{"C":{}}}}`, 2},
		"in another order":      {`{"reportExtendedMetadata":{"detailColumnInfo":{}},` + id[1:] + `["A"]}}`, 2},
		"some of its columns":   {id + `["A","B"]},"reportExtendedMetadata":{"detailColumnInfo":{"B":{}}}}`, 1},
		"a report without any":  {id + `[]},"reportExtendedMetadata":{"detailColumnInfo":{}}}`, 1},
		"a report without list": {id + `null},"reportExtendedMetadata":{}}`, 1},
	} {
		for _, always := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				client, asked := answeringInTurn(t, func(n int) string {
					if n == 1 || always {
						return row.body
					}
					return whole
				})
				_, err := client.DescribeReport(t.Context(), reportID(1))
				switch {
				case always && row.asked > 1:
					if !errors.Is(err, apierror.ErrNoColumns) || !fault.Is(err, fault.Poison) || *asked != DefaultAttempts {
						t.Errorf("%s, always: %v after %d requests", name, err, *asked)
					}
				case err != nil || *asked != row.asked:
					t.Errorf("%s: %v after %d requests, want none after %d", name, err, *asked, row.asked)
				}
			})
		}
	}
}

func TestDescribeReport_ofMoreColumnsThanAreLookedAt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, asked := answeringInTurn(t, func(int) string {
			return `{"reportMetadata":{"detailColumns":[` + answertest.ColumnNames(describe.MostColumns+1, "") + `]},"reportExtendedMetadata":{}}`
		})
		if _, err := client.DescribeReport(t.Context(), reportID(1)); !errors.Is(err, httpkit.ErrTooLarge) || *asked != 1 {
			t.Errorf("%v after %d requests", err, *asked)
		}
	})
}

package gather

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history/item"
	"longhaul/internal/report"
)

func TestGather_gapsComeByReasonFolderAndName(t *testing.T) {
	t.Parallel()
	o := newOrg(t, 960)
	o.record()
	last, n := "", 0
	for _, gap := range gapsOf(t, o.gather()) {
		reason := map[string]int{string(description.ReasonNoAccess): 1, string(description.ReasonServerError): 2}[gap.Reason]
		folder, _, _ := strings.Cut(strings.ToLower(gap.Folder), " of ") // the private ones count as one
		at := fmt.Sprintf("%d\x00%s\x00%s", reason, folder, strings.ToLower(gap.Name))
		if at < last || reason == 0 {
			t.Errorf("%q comes after %q", at, last)
		}
		last = at
		n++
	}
	if n != 240 {
		t.Errorf("%d gaps", n)
	}
}

func TestRanks_noFolderHasThatOfAnUnknownOne(t *testing.T) {
	t.Parallel()
	tree := newTree()
	for _, name := range []string{"Sales", "EMEA"} {
		tree.take(&item.Item{Kind: item.Folder, ID: name, Name: name, State: description.StateListed})
	}
	ranks := tree.ranks()
	if emea, sales := ranks["EMEA"], ranks["Sales"]; emea <= ranks["unknown"] || sales <= emea {
		t.Errorf("the ranks are %v", ranks)
	}
}

func TestKeyOf_isInTheOrderOfNames(t *testing.T) {
	t.Parallel()
	names := []string{"", " ", "!", `"`, `"a`, "[", `\`, "A", "a b", "abcdefghijkl", "B", "~", "Ü", "Übersicht"}
	for i := 1; i < len(names); i++ {
		a, b := keyOf(names[i-1]), keyOf(names[i])
		if a > b || len(a) != keyOfName || strings.ContainsAny(a, `"\`) {
			t.Errorf("%q has the key %q, %q has %q", names[i-1], a, names[i], b)
		}
	}
}

func TestGather_writesGapsThatNoSpreadsheetComputes(t *testing.T) {
	t.Parallel()
	o := newOrg(t, 16)
	o.record()
	var out bytes.Buffer
	d := o.gather()
	if err := report.WriteGaps(&out, d); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"folder", "name", "link", "reason", "since"}, rows[0]); diff != "" || len(rows) != 1+4 {
		t.Errorf("%d rows\n%s", len(rows), diff)
	}
	for _, row := range rows[1:] {
		if row[0] == "" {
			t.Errorf("nothing says where %q lies", row)
		}
	}
	want := []string{
		"folder " + id("00l", 99) + ", which the run-as user does not see", `'=HYPERLINK("http://evil.example")`,
		"https://acme.my.salesforce.com/lightning/r/Report/" + id("00O", 4) + "/view",
		description.ReasonNoAccess.Sentence(""), "2026-11-23T16:33:37Z",
	}
	if diff := cmp.Diff(want, rows[2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

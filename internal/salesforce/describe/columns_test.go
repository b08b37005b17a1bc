package describe

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"longhaul/internal/answertest"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/decode"
)

func TestCountColumns(t *testing.T) {
	t.Parallel()
	two := `{"detailColumns":["A","B"]}`
	for _, row := range []struct {
		name, metadata, extended string
		want                     Columns
	}{
		{"all of them", two, `{"detailColumnInfo":{"B":{},"A":{}}}`, Columns{2, 0}},
		{"some of them", two, `{"detailColumnInfo":{"B":{}}}`, Columns{2, 1}},
		{"an empty object", two, `{"detailColumnInfo":{}}`, Columns{2, 2}},
		{"null", two, `{"detailColumnInfo":null}`, Columns{2, 2}},
		{"a list", two, `{"detailColumnInfo":["A","B"]}`, Columns{2, 2}},
		{"nothing", two, `{"aggregateColumnInfo":{"A":{},"B":{}}}`, Columns{2, 2}},
		{"no extended metadata", two, ``, Columns{2, 2}},
		{"extended metadata in text", two, `"A"`, Columns{2, 2}},
		{"other names", two, `{"detailColumnInfo":{"a":{},"C":{}}}`, Columns{2, 2}},
		{"names below another one", two, `{"detailColumnInfo":{"C":{"A":{},"B":{}}}}`, Columns{2, 2}},
		{"more than are named", two, `{"detailColumnInfo":{"A":{},"B":{},"C":{}}}`, Columns{2, 0}},
		{"the last of two", two, `{"detailColumnInfo":{"A":{},"B":{}},"x":1,"detailColumnInfo":{"A":{}}}`, Columns{2, 1}},
		{"the last of two, which is null", two, `{"detailColumnInfo":{"A":{}},"detailColumnInfo":null}`, Columns{2, 2}},
		{"a column that is described twice", two, `{"detailColumnInfo":{"A":{},"A":{}}}`, Columns{2, 1}},
		{"a column that is named twice", `{"detailColumns":["A","A","B"]}`, `{"detailColumnInfo":{"A":{}}}`, Columns{2, 1}},
		{"the last of two lists", `{"detailColumns":["A"],"detailColumns":["B","C"]}`, `{"detailColumnInfo":{"A":{}}}`, Columns{2, 2}},
		{"no columns", `{"detailColumns":[]}`, `{"detailColumnInfo":{}}`, Columns{}},
		{"no list of columns", `{"id":"x"}`, `{"detailColumnInfo":{}}`, Columns{}},
		{"a list of columns that is null", `{"detailColumns":null}`, `{"detailColumnInfo":{}}`, Columns{}},
		{"names that are no text", `{"detailColumns":[null,1,{"A":1},["A"]]}`, `{"detailColumnInfo":{}}`, Columns{}},
		{"a list elsewhere", `{"chart":{"detailColumns":["A"]}}`, `{"detailColumnInfo":{}}`, Columns{}},
		{"no metadata", ``, `{"detailColumnInfo":{}}`, Columns{}},
		{"an empty name", `{"detailColumns":[""]}`, `{"detailColumnInfo":{"":{}}}`, Columns{1, 0}},
		{
			"names that are written in two ways", `{"detailColumns":["Gr\u00f6\u00dfe\/\"\\","\ud83d\ude00"]}`,
			`{"detailColumnInfo":{"Größe/\"\\":{},"😀":{}}}`,
			Columns{2, 0},
		},
		{
			"more than a hundred", `{"detailColumns":[` + answertest.ColumnNames(500, "") + `]}`,
			`{"detailColumnInfo":{` + answertest.ColumnNames(499, ":{}") + `}}`,
			Columns{500, 1},
		},
	} {
		got, err := CountColumns(json.RawMessage(row.metadata), json.RawMessage(row.extended))
		if err != nil || got != row.want {
			t.Errorf("%s: %+v, %v; want %+v", row.name, got, err, row.want)
		}
		if lacks, err := LacksColumns(json.RawMessage(row.metadata), json.RawMessage(row.extended)); err != nil || lacks != row.want.None() {
			t.Errorf("%s: it lacks them all: %v, %v", row.name, lacks, err)
		}
	}
}

func TestCountColumns_isBounded(t *testing.T) {
	t.Parallel()
	info := json.RawMessage(`{"detailColumnInfo":{}}`)
	for n, want := range map[int]error{MostColumns: nil, MostColumns + 1: httpkit.ErrTooLarge} {
		metadata := json.RawMessage(`{"detailColumns":[` + answertest.ColumnNames(n, "") + `]}`)
		if got, err := CountColumns(metadata, info); !errors.Is(err, want) {
			t.Errorf("%d columns: %+v, %v", n, got, err)
		}
	}
	same := json.RawMessage(`{"detailColumns":["A"` + strings.Repeat(`,"A"`, 2*MostColumns) + `]}`)
	if got, err := CountColumns(same, info); err != nil || got != (Columns{1, 1}) {
		t.Errorf("one name many times: %+v, %v", got, err)
	}
}

// FuzzCountColumns compares the count with that of encoding/json.
func FuzzCountColumns(f *testing.F) {
	f.Add([]byte(`{"detailColumns":["A","B","A"]}`), []byte(`{"x":1,"detailColumnInfo":{"A":{"B":1}}}`))
	f.Add([]byte(`{"detailColumns":["\u00e9\"","\ud800"]}`), []byte(`{"detailColumnInfo":{"é\"":null,"�":[]}}`))
	f.Add([]byte(`{"detailColumns":[]}`), []byte(`{"detailColumnInfo":null}`))
	f.Add([]byte(`{"detailColumns":null}`), []byte(`{"detailColumnInfo":["A"]}`))
	f.Add([]byte(`{"detailColumns":[""]}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, metadata, extended []byte) {
		before := string(metadata) + string(extended)
		got, err := CountColumns(metadata, extended)
		if string(metadata)+string(extended) != before {
			t.Fatal("what is kept was changed")
		}
		if err == nil && (got.Missing < 0 || got.Missing > got.Named) {
			t.Fatalf("%q and %q: %+v", metadata, extended, got)
		}
		if want, known := countPlainly(metadata, extended); known && (err != nil || got != want) {
			t.Fatalf("%q and %q: %+v, %v; want %+v", metadata, extended, got, err, want)
		}
	})
}

// countPlainly is CountColumns by encoding/json. That package reads names in any case, merges a name that occurs twice, and turns null
// into a text: where that may matter there is nothing to compare.
func countPlainly(metadata, extended []byte) (Columns, bool) {
	var m, x map[string]json.RawMessage
	plain := func(text []byte) bool {
		return json.Valid(text) && decode.IsObject(text) && strings.Count(strings.ToLower(string(text)), "detailcolumn") < 2
	}
	if !plain(metadata) || !plain(extended) || json.Unmarshal(metadata, &m) != nil || json.Unmarshal(extended, &x) != nil {
		return Columns{}, false
	}
	var names []any
	_ = json.Unmarshal(m["detailColumns"], &names) // another value has no names
	var info map[string]json.RawMessage
	_ = json.Unmarshal(x["detailColumnInfo"], &info) // another value has no columns
	distinct, want := map[string]bool{}, Columns{}
	for _, name := range names {
		text, is := name.(string)
		if !is || distinct[text] {
			continue
		}
		distinct[text] = true
		want.Named++
		if _, there := info[text]; !there {
			want.Missing++
		}
	}
	return want, true
}

func BenchmarkCountColumns(b *testing.B) {
	for _, n := range []int{25, 100} {
		description, err := readDescription(strings.NewReader(answertest.Description(testReport, n, 100)), ofReport)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("%dcolumns", n), func(b *testing.B) {
			b.SetBytes(int64(len(description.ReportMetadata) + len(description.ReportExtendedMetadata)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := CountColumns(description.ReportMetadata, description.ReportExtendedMetadata); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestHarmless_leavesNoFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "",
		"Pipeline by Region":          "Pipeline by Region",
		"A-B = C":                     "A-B = C",
		"me@acme.example":             "me@acme.example",
		"=1+1":                        "'=1+1",
		"+49 30":                      "'+49 30",
		"-10 %":                       "'-10 %",
		"@SUM(A1)":                    "'@SUM(A1)",
		"  =1":                        "'  =1",
		"\t=1":                        "' =1",
		"\r\n=1":                      "' =1",
		`"=1`:                         `'"=1`,
		"＝1":                          "'＝1",
		"a;=1;b":                      "a;'=1;b",
		`a;"=cmd|' /C calc'!A0"`:      `a;'"=cmd|' /C calc'!A0"`,
		"two\nlines\tof one\x00 cell": "two lines of one\x00 cell",
		"\xff=":                       "\ufffd=",
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// A heading alone says that a sync has no gaps. Of one that was cancelled nobody knows.
func TestWriteGaps_saysWhereNobodyKnowsThem(t *testing.T) {
	t.Parallel()
	for listed, want := range map[bool]int{true: 1, false: 2} {
		var out bytes.Buffer
		if err := WriteGaps(&out, &Data{Listed: listed, Gaps: func(func(Gap) bool) error { return nil }}); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(out.String(), "\n"); lines != want || strings.Contains(out.String(), unlisted) == listed {
			t.Errorf("listed %v: %q", listed, out.String())
		}
	}
}

func TestWriteGaps_withoutTheAddressOfTheOrgTheLinkIsTheID(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                                "00O000000000001AAA",
		"javascript:alert(1)":             "00O000000000001AAA",
		"https://acme.my.salesforce.com":  "https://acme.my.salesforce.com/lightning/r/Report/00O000000000001AAA/view",
		"https://acme.my.salesforce.com/": "https://acme.my.salesforce.com/lightning/r/Report/00O000000000001AAA/view",
	} {
		d := &Data{BaseURL: base, Listed: true, Gaps: func(yield func(Gap) bool) error {
			yield(Gap{ID: "00O000000000001AAA", Name: "Übersicht, neu", Folder: "EMEA", Words: "Why.", Since: time.Date(2026, 11, 23, 1, 2, 3, 4, time.UTC)})
			return nil
		}}
		var out bytes.Buffer
		if err := WriteGaps(&out, d); err != nil {
			t.Fatal(err)
		}
		wants := "\ufefffolder,name,link,reason,since\nEMEA,\"Übersicht, neu\"," + want + ",Why.,2026-11-23T01:02:03Z\n"
		if out.String() != wants {
			t.Errorf("got %q, want %q", out.String(), wants)
		}
	}
}

func TestWriteGaps_saysThatTheyCouldNotBeRead(t *testing.T) {
	t.Parallel()
	torn := errors.New("torn")
	if err := WriteGaps(&strings.Builder{}, &Data{Gaps: func(func(Gap) bool) error { return torn }}); !errors.Is(err, torn) {
		t.Errorf("got %v", err)
	}
}

package operator_test

import (
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"longhaul/internal/warning"
	"longhaul/workflows/operator"
)

func payload(data string) *commonpb.Payload { return &commonpb.Payload{Data: []byte(data)} }

func TestReasonOf_readsWhateverPeopleSend(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		`{"reason":"quarter end"}`:        "quarter end",
		`"quarter end"`:                   "quarter end",
		`{"reason":"two\n  lines\u0007"}`: "two lines",
		`quarter end`:                     "",
		`17`:                              "",
		``:                                "",
	} {
		if got := operator.ReasonOf(payload(sent)); got != want {
			t.Errorf("%s: got %q, want %q", sent, got, want)
		}
	}
	if got := operator.ReasonOf(); got != "" {
		t.Errorf("nothing: got %q", got)
	}
	if got := operator.ReasonOf(payload(`"` + strings.Repeat("x", 5000) + `"`)); len(got) > operator.MaxReasonBytes {
		t.Errorf("a long one keeps %d bytes", len(got))
	}
}

func TestReadQuotaChange_takesWholePercentsOnly(t *testing.T) {
	t.Parallel()
	for sent, valid := range map[string]bool{
		`{"ceiling":80,"share":25}`: true,
		`{"share":1}`:               true,
		`{"ceiling":100}`:           true,
		`{}`:                        false,
		``:                          false,
		`{"share":0}`:               false,
		`{"ceiling":101}`:           false,
		`{"share":2.5}`:             false,
		`{"shares":25}`:             false, // or it would be taken for one that was left out
	} {
		if _, err := operator.ReadQuotaChange(converter.NewRawValue(payload(sent))); (err == nil) != valid {
			t.Errorf("%s: %v", sent, err)
		}
	}
}

func TestQuotaChange_keepsWhatALaterOneLeavesOut(t *testing.T) {
	t.Parallel()
	eighty, five, ten := 80, 5, 10
	got := operator.QuotaChange{Share: &ten}.Over(operator.QuotaChange{Ceiling: &eighty, Share: &five})
	if *got.Ceiling != 80 || *got.Share != 10 {
		t.Errorf("got %d and %d", *got.Ceiling, *got.Share)
	}
}

func TestReadInput_keepsNoMoreThanASyncNeeds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ update, sent, want string }{
		{operator.Approve, `{"reason":"quarter end","more":"` + strings.Repeat("x", 9000) + `"}`, `{"reason":"quarter end"}`},
		{operator.Discard, ``, ``},
		{operator.SetQuota, ` { "share" : 5 } `, `{"share":5}`},
	} {
		got, err := operator.ReadInput(row.update, converter.NewRawValue(payload(row.sent)))
		if err != nil || string(got) != row.want {
			t.Errorf("%s: got %s, %v", row.update, got, err)
		}
	}
	if _, err := operator.ReadInput(operator.SetQuota, converter.NewRawValue(payload(`{"share":101}`))); err == nil {
		t.Error("a change that is no percent was read")
	}
}

func TestWarnOfUnknown_isBounded(t *testing.T) {
	t.Parallel()
	var warnings []warning.Warning
	for _, name := range []string{`"a"`, `"b"`, `"a"`, `"c"`, `"d"`, `"e"`, `"f"`} {
		warnings = operator.WarnOfUnknown(warnings, operator.Signal{Name: name})
	}
	if len(warnings) != 4 || !strings.HasPrefix(warnings[3].Sentence(), "more signals are not known") {
		t.Errorf("got %q", warnings)
	}
}

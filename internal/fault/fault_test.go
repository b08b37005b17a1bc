package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"longhaul/internal/fault"
)

type carrier struct{ f *fault.Error }

func (c *carrier) Error() string       { return "a carrier" }
func (c *carrier) Fault() *fault.Error { return c.f }

func TestFrom_findsTheClassThroughWrapping(t *testing.T) {
	t.Parallel()
	inner := &fault.Error{Class: fault.Throttled, System: fault.Salesforce, Message: "slower"}
	for name, err := range map[string]error{
		"the error itself":         inner,
		"wrapped once":             fmt.Errorf("describing: %w", inner),
		"carried by a typed error": fmt.Errorf("describing: %w", &carrier{inner}),
		"one of several":           errors.Join(errors.New("other"), inner),
	} {
		if got := fault.From(err); got != inner {
			t.Errorf("%s: From gave %v", name, got)
		}
		if !fault.Is(err, fault.Throttled) || fault.Is(err, fault.Gone) {
			t.Errorf("%s: the class is not recognized", name)
		}
	}
	if fault.From(errors.New("plain")) != nil || fault.Is(nil, fault.Throttled) {
		t.Error("an error without a class has none")
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	cause := errors.New("read tcp: reset")
	for _, row := range []struct {
		name, want string
		err        error
	}{
		{"a plain error is shown whole", "read tcp: reset", cause},
		{"a cause stays in the log", "cannot reach x", fmt.Errorf("a: %w", &fault.Error{Class: fault.Transient, Message: "cannot reach x", Err: cause})},
		{"a setting's place is kept", "token of source \"a\": is empty", fmt.Errorf("token of source %q: %w", "a", fault.Invalidf("is empty"))},
		{"a driver's words stay in the log", "of a: cannot write", fmt.Errorf("of a: %w", &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: "cannot write", Err: cause})},
	} {
		if got := fault.Sentence(row.err); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestHalves(t *testing.T) {
	t.Parallel()
	for sentence, want := range map[string][2]string{
		"it failed: change that":                         {"it failed", "change that"},
		"it failed (code: 3): change this: twice":        {"it failed (code: 3)", "change this: twice"},
		`it said "a: b" at 12:30: do "c: d"`:             {`it said "a: b" at 12:30`, `do "c: d"`},
		"nothing to change":                              {"nothing to change", ""},
		"https://acme.my.salesforce.com does not answer": {"https://acme.my.salesforce.com does not answer", ""},
		"": {"", ""},
	} {
		if happened, change := fault.Halves(sentence); happened != want[0] || change != want[1] {
			t.Errorf("%q is cut into %q and %q", sentence, happened, change)
		}
	}
}

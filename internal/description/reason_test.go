package description

import (
	"strings"
	"testing"
)

// A report without columns and without a sentence fails the account of the whole sync.
func TestReasons_haveASentenceEach(t *testing.T) {
	t.Parallel()
	const answer = "It is broken."
	for _, reason := range Reasons {
		bare, full := reason.Sentence(""), reason.Sentence(answer)
		if !strings.HasSuffix(bare, ".") || strings.Contains(bare+full, answerHere) || strings.Contains(bare, "()") {
			t.Errorf("%s: %q, with an answer %q", reason, bare, full)
		}
		if strings.Contains(full, "(It is broken)") != reason.ShowsAnswer() || (full == bare) == reason.ShowsAnswer() {
			t.Errorf("%s shows the answer: %v, in %q", reason, reason.ShowsAnswer(), full)
		}
	}
	if len(Reasons) != len(sentences) {
		t.Errorf("%d reasons have %d sentences", len(Reasons), len(sentences))
	}
	if d := (Description{State: StateUnsupported, Reason: "of_a_later_version", Answer: answer}); d.Explained() {
		t.Error("an unknown reason explains a description")
	}
}

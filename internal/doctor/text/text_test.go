package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/text"
)

func shown(p text.Page, findings ...doctor.Finding) string {
	var out strings.Builder
	p.Print(&out, doctor.Judge("acme", findings))
	return out.String()
}

func TestPrint_wrapsBetweenWords(t *testing.T) {
	t.Parallel()
	got := shown(text.Page{Width: 60},
		doctor.Finding{ID: "a", Status: doctor.Pass, Title: "Short", Found: "words that are many enough to need more than one line of this page"},
		doctor.Finding{ID: "b", Status: doctor.Warn, Title: "A title that is longer than a third of it", Found: "found", Cost: strings.Repeat("word ", 12)},
		doctor.Finding{ID: "c", Status: doctor.Skipped, Title: "Not asked", Found: strings.Repeat("x", 70)},
	)
	want := `acme: A sync can run; 1 warning. 3 questions: 0 failed, 1
warning, 1 passed, 1 not asked. 0 API calls.

  ok   Short      words that are many enough to need more
                  than one line of this page
  warn A title that is longer than a third of it
                  found
       costs: word word word word word word word word word
              word word word
  -    Not asked  ` + strings.Repeat("x", 70) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPrint_coloursTheMarkAlone(t *testing.T) {
	t.Parallel()
	row := doctor.Finding{ID: "a", Status: doctor.Fail, Title: "A row", Found: "found", Cost: "cost"}
	plain, coloured := shown(text.Page{}, row), shown(text.Page{Colours: true}, row)
	if strings.Contains(plain, "\x1b") || strings.Count(coloured, "\x1b[") != 2 || !strings.Contains(coloured, "\x1b[31mFAIL") {
		t.Errorf("plain %q, coloured %q", plain, coloured)
	}
}

func TestPrint_showsRowsTogetherThatWereSkippedForOneReason(t *testing.T) {
	t.Parallel()
	skipped := func(title string) doctor.Finding {
		return doctor.Finding{Status: doctor.Skipped, Title: title, Found: "not asked: the login failed"}
	}
	history := skipped("Logins")
	history.Where = "Setup > Users"
	got := shown(text.Page{Width: 80}, skipped("One"), skipped("Two"), skipped("Three"), history, skipped("Last"))
	_, rows, _ := strings.Cut(got, "\n\n")
	want := `  -    3 questions not asked: the login failed: One; Two; Three
  -    Logins  not asked: the login failed
       where: Setup > Users
  -    Last    not asked: the login failed
`
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPrint_saysOnceWhereSeveralRowsAskForSomething: an administrator goes to a page of Setup once.
func TestPrint_saysOnceWhereSeveralRowsAskForSomething(t *testing.T) {
	t.Parallel()
	row := func(title, fix, where string) doctor.Finding {
		return doctor.Finding{Status: doctor.Warn, Title: title, Found: "missing", Fix: fix, Where: where}
	}
	got := shown(text.Page{Width: 80}, row("One", "tick 1", "Setup > Set > Edit"), row("Two", "tick 2", "Setup > Set > Edit"),
		row("Again", "tick 2", "Setup > Set > Edit"), row("Other", "set it", "Setup > Other"),
		doctor.Finding{Status: doctor.Pass, Title: "Good", Found: "granted", Where: "Setup > Other"})
	_, rows, _ := strings.Cut(got, "\n\n")
	want := `  warn One    missing
       fix:   tick 1
       where: see the end
  warn Two    missing
       fix:   tick 2
       where: see the end
  warn Again  missing
       fix:   tick 2
       where: see the end
  warn Other  missing
       fix:   set it
       where: Setup > Other
  ok   Good   granted

At Setup > Set > Edit:
  - tick 1
  - tick 2
`
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

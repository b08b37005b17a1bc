package shelf

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

var sync = staging.SyncID(time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC), "ab12cd34")

// newShelf has a sync with one gap.
func newShelf(t *testing.T) *Shelf {
	t.Helper()
	s := &Shelf{Store: streamtest.Open(t, "mem://"), Version: "v1.2.3"}
	gap := item.Item{
		ID: "00O000000000001AAA", Kind: item.Report, Name: "Pipeline", State: description.StateDenied, Reason: string(description.ReasonNoAccess), Since: sync,
	}
	line, err := gap.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	streamtest.Write(t, s.Store, staging.AccountKey("acme", sync), string(line))
	states := map[description.State]int64{description.StateDenied: 1}
	record := history.Record{Sync: sync, Source: "acme", Outcome: "gaps", States: states, Reasons: map[string]int64{gap.Reason: 1}}
	if err := s.Store.WriteJSON(t.Context(), staging.RecordKey("acme", sync), &record); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Shelf) text(t *testing.T, key string) string {
	t.Helper()
	content, err := s.Store.Read(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestWrite_writesThePageAndItsGapsOverWhatWasThere(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Next = func(string) time.Time { return time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC) }
	for range 2 {
		if err := s.Write(t.Context(), "acme", sync); err != nil {
			t.Fatal(err)
		}
	}
	html, gaps := s.text(t, staging.PageKey("acme", sync)), s.text(t, staging.GapsKey("acme", sync))
	if !strings.Contains(html, "Pipeline") || !strings.Contains(html, sync+".gaps.csv") || strings.Count(gaps, "Pipeline") != 1 {
		t.Errorf("%s\n%s", gaps, html)
	}
	if !strings.Contains(html, "<dt>Next run planned for</dt><dd>30 Nov 2026 03:00 UTC</dd>") {
		t.Error("it does not say when the next sync starts")
	}
	if err := s.Write(t.Context(), "acme", "20261124T181610.000Z-ab12cd34"); err == nil || !strings.Contains(err.Error(), "has left no end") {
		t.Errorf("of no sync: %v", err)
	}
}

func TestWrite_leavesNoPageThatIsHalf(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	streamtest.Tear(t, s.Store, staging.AccountKey("acme", sync))
	if err := s.Write(t.Context(), "acme", sync); !errors.Is(err, staging.ErrTorn) {
		t.Errorf("got %v", err)
	}
	if left := streamtest.Keys(t, s.Store, staging.PagePrefix("acme")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A folder of one sync has names that stay, so the page there has another name for its list.
func TestPlace_namesLeadToEachOther(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	if err := s.Write(t.Context(), "acme", sync); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := s.Place(t.Context(), "acme", sync, dir); err != nil {
		t.Fatal(err)
	}
	html, err := os.ReadFile(filepath.Join(dir, PageName))
	if err != nil || !bytes.Contains(html, []byte(`"gaps.csv"`)) || bytes.Contains(html, []byte(sync+".gaps.csv")) {
		t.Errorf("%v: the page does not lead to %s", err, GapsName)
	}
	gaps, err := os.ReadFile(filepath.Join(dir, GapsName))
	if err != nil || string(gaps) != s.text(t, staging.GapsKey("acme", sync)) {
		t.Errorf("%v: the list is another one", err)
	}
	made, err := s.Fetch(t.Context(), "acme", sync, filepath.Join(dir, "x.html"))
	if err != nil || made {
		t.Errorf("made %v, %v", made, err)
	}
	if _, err := os.Stat(filepath.Join(dir, sync+".gaps.csv")); err != nil {
		t.Error(err)
	}
}

func TestInto_leavesTheOldFileWhereTheNewOneFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.html")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	torn := errors.New("torn")
	err := Content(func(w io.Writer) error {
		_, _ = io.WriteString(w, "new")
		return torn
	}).into(path)
	content, problem := os.ReadFile(path)
	if !errors.Is(err, torn) || string(content) != "old" || problem != nil {
		t.Errorf("%v, %q, %v", err, content, problem)
	}
	err = Content(func(io.Writer) error { return nil }).into(filepath.Join(path, "y"))
	if err == nil || !strings.Contains(err.Error(), "the file "+path) {
		t.Errorf("got %v", err)
	}
}

package listing

import (
	"testing"

	"longhaul/internal/streamtest"
)

func TestEnumerate_joinsByLongIds(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 100)})
	client.record = func(id string, version int) string { return "{\n \"Id\": \"" + id[:15] + "\",\n \"Name\": null}" }
	lines := sorted(t, store, enumerate(t, store, client, false), streamtest.ReportIDs(0, 100))
	if want := `{"Id":"` + streamtest.ReportID(3) + `","Name":null}`; lines[3] != want {
		t.Errorf("got %s, want %s", lines[3], want)
	}
}

func TestEnumerate_refusesARecordWithoutId(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`{}`, `{"Id":null}`, `{"Id":"short"}`, `{"CreatedBy":{"Id":"005000000000001AAA"}}`, `[]`, ``} {
		client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 1)})
		client.record = func(string, int) string { return bad }
		if _, err := Enumerate(t.Context(), EnumerateInput{Client: client, Store: streamtest.Open(t, "mem://"), Sync: current, Kind: Users}); err == nil {
			t.Errorf("took %q", bad)
		}
	}
}

package history

import (
	"errors"
	"testing"

	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestLastRecord_saysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(s *staging.Store) error
		want    error
	}{
		"no sync before": {func(*staging.Store) error { return nil }, staging.ErrNotExist},
		"its record is damaged": {func(s *staging.Store) error {
			return s.Write(t.Context(), staging.RecordKey("acme", orgtest.Earlier.ID), []byte("{"))
		}, ErrRecordUnreadable},
	} {
		s := streamtest.Open(t, "mem://")
		if err := test.prepare(s); err != nil {
			t.Fatal(err)
		}
		_, err := LastRecord(t.Context(), s, "acme")
		for _, kind := range []error{staging.ErrNotExist, ErrRecordUnreadable} {
			if errors.Is(err, kind) != errors.Is(test.want, kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !s.Unreadable(err) { // no further try would help
			t.Errorf("%s: %v is thought to pass", name, err)
		}
	}
}

func TestNewestRecord_isOfAnyKind(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	if _, found, err := NewestRecord(t.Context(), s, "acme"); found || err != nil {
		t.Errorf("without any: %v, %v", found, err)
	}
	for _, record := range []Record{{Sync: "20261123T180001Z-a", Baseline: true}, {Sync: "20261123T180002Z-a"}} {
		if err := s.WriteJSON(t.Context(), staging.RecordKey("acme", record.Sync), record); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Write(t.Context(), staging.RecordKey("acme", "20261123T180003Z-a"), []byte("{")); err != nil {
		t.Fatal(err)
	}
	if got, found, err := NewestRecord(t.Context(), s, "acme"); !found || err != nil || got.Sync != "20261123T180002Z-a" {
		t.Errorf("got %q, %v, %v; want the newest that can be read", got.Sync, found, err)
	}
}

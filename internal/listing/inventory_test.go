package listing

import (
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestRead_saysWhatIsLost(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, s *staging.Store){
		"an inventory that was never listed": func(*testing.T, *staging.Store) {},
		"a stream that a result names": func(t *testing.T, s *staging.Store) {
			o := listed(t, s)
			o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: later})
			caughtUp(t, s, o)
			if err := s.Delete(t.Context(), current.Inventory(staging.CaughtUp("reports"))); err != nil {
				t.Fatal(err)
			}
		},
		"a result that does not parse": func(t *testing.T, s *staging.Store) {
			listed(t, s)
			if err := s.Write(t.Context(), current.CaughtUp(), []byte("{")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		s := streamtest.Open(t, "mem://")
		lose(t, s)
		var failed error
		for _, err := range Read(t.Context(), s, current, Reports) {
			failed = err
		}
		if !fault.Is(failed, fault.Invalid) {
			t.Errorf("%s: %v, want an error of class invalid", name, failed)
		}
		if _, err := Counts(t.Context(), s, current); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: counted, %v", name, err)
		}
	}
}

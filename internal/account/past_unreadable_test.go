package account

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
	"longhaul/internal/warning"
)

// TestWrite_withoutWhatTheSyncBeforeLeft never fails a sync for what another one left.
func TestWrite_withoutWhatTheSyncBeforeLeft(t *testing.T) {
	t.Parallel()
	first := syncNumber(0)
	account := staging.AccountKey("acme", first.ID)
	remove := func(key string) func(*past) {
		return func(p *past) {
			if err := p.store.Delete(p.tb.Context(), key); err != nil {
				p.tb.Fatal(err)
			}
		}
	}
	write := func(key, content string) func(*past) {
		return func(p *past) {
			if err := p.store.Write(p.tb.Context(), key, []byte(content)); err != nil {
				p.tb.Fatal(err)
			}
		}
	}
	lines := func(key string, lines ...string) func(*past) {
		return func(p *past) { streamtest.Write(p.tb, p.store, key, lines...) }
	}
	tear := func(key string) func(*past) { return func(p *past) { streamtest.Tear(p.tb, p.store, key) } }
	for name, test := range map[string]struct {
		spoil   func(*past)
		want    []warning.Code
		carried bool // since when things are as they are is known
	}{
		"all is there":                 {func(*past) {}, nil, true},
		"no account":                   {remove(account), []warning.Code{warning.LastAccountUnreadable}, false},
		"a torn account":               {tear(account), []warning.Code{warning.LastAccountUnreadable}, false},
		"an account that is no stream": {write(account, "x"), []warning.Code{warning.LastAccountUnreadable}, false},
		"an account of other lines":    {lines(account, `{"Id":"`+id("00O", 1)+`"}`), []warning.Code{warning.LastAccountUnreadable}, false},
		"an account out of order": {lines(account, `{"Id":"`+id("01Z", 1)+`","kind":"dashboard","state":"listed"}`,
			`{"Id":"`+id("00O", 1)+`","kind":"report","state":"denied"}`), []warning.Code{warning.LastAccountUnreadable}, false},
		"no descriptions":   {remove(first.Described()), []warning.Code{warning.ChangesUnknown}, true},
		"torn descriptions": {tear(first.Described()), []warning.Code{warning.ChangesUnknown}, true},
		"no users":          {remove(first.Inventory("users")), []warning.Code{warning.ChangesUnknown}, true},
		"neither nor":       {func(p *past) { remove(account)(p); remove(first.Described())(p) }, []warning.Code{warning.LastAccountUnreadable}, false},
		"a damaged record":  {write(staging.RecordKey("acme", first.ID), "{"), []warning.Code{warning.LastAccountUnreadable}, false},
		"no record":         {remove(staging.RecordKey("acme", first.ID)), nil, false},
		"a sync of another org": {func(p *past) {
			record := history.Record{Sync: first.ID, Source: "acme", Identity: orgtest.Me}
			record.Identity.OrgID = "00Dxx0000000000AAA"
			if err := p.store.WriteJSON(p.tb.Context(), staging.RecordKey("acme", first.ID), record); err != nil {
				p.tb.Fatal(err)
			}
		}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPast(t, 1)
			p.next(true, true)
			test.spoil(p)
			sync, found := syncNumber(1), p.churn()
			p.stage(sync, 1, found)
			written, err := Write(t.Context(), Input{Store: p.store, Sync: sync}, Manifest{Identity: orgtest.Me})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, codesOf(written.Warnings)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			compared, carried := test.want == nil && test.carried, p.carried(sync)
			exists, err := p.store.Exists(t.Context(), staging.ChangesKey("acme", sync.ID, first.ID))
			if carried != test.carried || err != nil || exists != compared {
				t.Errorf("carried forward: %v, want %v; compared: %v, want %v, %v", carried, test.carried, exists, compared, err)
			}
			var record history.Record
			if err := record.Take(t.Context(), p.store, sync); err != nil || (record.Compared != "") != compared {
				t.Errorf("compared with %q, %v", record.Compared, err)
			}
			if left := streamtest.Keys(t, p.store, sync.SortPrefix()); len(left) > 0 {
				t.Errorf("left in the bucket: %q", left)
			}
		})
	}
}

func codesOf(warnings []warning.Warning) (codes []warning.Code) {
	for _, w := range warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

// carried says whether the account of a sync knows what the first one saw.
func (p *past) carried(sync staging.Sync) bool {
	p.tb.Helper()
	for _, line := range streamtest.Read(p.tb, p.store, staging.AccountKey("acme", sync.ID)) {
		i, err := item.Decode([]byte(line))
		if err != nil {
			p.tb.Fatal(err)
		}
		if i.FirstSeen == syncNumber(0).ID {
			return true
		}
	}
	return false
}

// An attempt that is repeated writes the same, also once the sync has its record.
func TestWrite_again(t *testing.T) {
	t.Parallel()
	p := newPast(t, 3)
	for range 3 {
		p.next(true, true)
	}
	sync := p.syncs[2]
	keys := []string{staging.AccountKey("acme", sync.ID), staging.ChangesKey("acme", sync.ID, p.syncs[1].ID), sync.Counted(), sync.Account()}
	read := func() (all []string) {
		for _, key := range keys {
			content, err := p.store.Read(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(content))
		}
		return all
	}
	before := read()
	if _, err := Write(t.Context(), Input{Store: p.store, Sync: sync}, Manifest{Identity: orgtest.Me}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, read()) {
		t.Error("it is another account")
	}
}

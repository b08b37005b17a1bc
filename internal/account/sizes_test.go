package account

import (
	"testing"

	"longhaul/internal/staging"
)

// What an org of 50,000 reports leaves of a sync in which 1 % of them changed.
const (
	mostAccount = 4_000_000 // bytes
	mostChanges = 40_000
)

func TestWrite_leavesLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("writes the accounts of 50,000 reports")
	}
	t.Parallel()
	o, store := newOrg(50_000, 15), folderBucket(t)
	syncs := []staging.Sync{{Source: "acme", ID: "20261123T181610.042Z-ab12cd34"}, {Source: "acme", ID: "20261124T181610.042Z-ab12cd34"}}
	for number, sync := range syncs {
		o.stage(t, store, sync, number)
		if _, err := Write(t.Context(), Input{Store: store, Sync: sync}, Manifest{}); err != nil {
			t.Fatal(err)
		}
		record(t, store, sync)
	}
	account, err := store.Verify(t.Context(), staging.AccountKey("acme", syncs[1].ID))
	if err != nil {
		t.Fatal(err)
	}
	changes, err := store.Verify(t.Context(), staging.ChangesKey("acme", syncs[1].ID, syncs[0].ID))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the account has %d lines in %d bytes, the changes %d in %d", account.Count, account.Bytes, changes.Count, changes.Bytes)
	if account.Bytes > mostAccount || changes.Bytes > mostChanges {
		t.Error("that is more than the bucket is sized for")
	}
	if least := int64(50_000 / 100 * 8 / 10); changes.Count < least {
		t.Errorf("want %d changes at least", least)
	}
}

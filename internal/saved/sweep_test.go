package saved_test

import (
	"testing"
	"time"

	"longhaul/internal/staging"
)

func TestSweep_removesWhatWasForgottenForADay(t *testing.T) {
	t.Parallel()
	in, ctx := bucket(t), t.Context()
	s := storeOf(t, in, local("a"))
	candidate, err := s.Propose(ctx, acme("acme"), "x")
	if err != nil {
		t.Fatal(err)
	}
	version := connect(t, s, acme("acme"))
	at, _, _ := staging.ParseSyncID(version)
	replaced := staging.SavedKey("acme", staging.SyncID(at.Add(-time.Hour), "aaaaaaaa"))
	if err := in.Copy(ctx, staging.SavedKey("acme", version), replaced); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(ctx, at.Add(23*time.Hour)); err != nil || len(keys(t, in)) != 3 {
		t.Errorf("left %v, %v", keys(t, in), err)
	}
	if _, err := s.Candidate(ctx, "acme", candidate); err != nil {
		t.Error(err)
	}
	if err := s.Sweep(ctx, at.Add(25*time.Hour)); err != nil || len(keys(t, in)) != 1 {
		t.Errorf("left %v, %v", keys(t, in), err)
	}
	_, err = s.Candidate(ctx, "acme", candidate)
	refused(t, err, "lacks the credentials of acme that are to be checked")
}

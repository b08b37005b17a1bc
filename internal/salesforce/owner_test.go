package salesforce

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/session"
)

const otherOrg, otherUser = "00Dxx0000009gPLEAY", "005xx000009SwiUAAS"

// counting is an org whose every query has seven records.
func counting() *fakeOrg {
	return &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
}

// A sync must not go on in another org or as another user than it began with, however often it tries. Once the settings are put back it does.
func TestAs_refusesASessionOfAnotherOrgOrUser(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, identity, says string }{
		{"another org", otherOrg + "/" + testUser, "now lead to another org than this sync began with"},
		{"another user", testOrg + "/" + otherUser, "now lead to another run-as user than this sync began with"},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := counting()
			client := inside(t, inProcess(org))
			began, err := client.Login(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			client = client.As(began.OrgID, began.UserID)
			org.expire()
			org.identity = row.identity
			for range 10 {
				_, err := Count(t.Context(), client)
				if f := fault.From(err); f == nil || f.Class != fault.Invalid || f.System != fault.Salesforce || !strings.Contains(f.Message, row.says) {
					t.Errorf("%s: got %v", row.name, err)
				}
			}
			if _, err := client.Login(t.Context()); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: another activity of the sync gets %v", row.name, err)
			}
			if got := org.logins.Load(); got != 2 {
				t.Errorf("%s: %d logins, want the first and one more", row.name, got)
			}
			org.identity = ""
			pass(t, session.StrangerHolds)
			if n, err := Count(t.Context(), client); err != nil || n != 7 {
				t.Errorf("%s, put back: got %d, %v", row.name, n, err)
			}
		})
	}
}

// All shards try a worker whose settings lead elsewhere for a few minutes. It must leave logins to the workers with the right settings.
func TestAs_looksForTheRightUserWithFewLogins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := counting()
		org.identity = testOrg + "/" + otherUser
		_, bound := bounding(60)
		client := inside(t, inProcess(org), bound)
		if err := insist(t, client.As(testOrg+"MAU", testUser+"AAA"), 3*time.Minute); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
		if got := org.logins.Load(); got > 5 {
			t.Errorf("%d logins in three minutes, want one a minute", got)
		}
	})
}

// A worker outlives its syncs: the session of one must not bind the next, which begins where the settings lead then.
func TestRenew_letsAnotherSyncBeginInAnotherOrg(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := counting()
		client := inside(t, inProcess(org))
		before, err := client.Login(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		old := client.As(before.OrgID, before.UserID)
		org.identity = otherOrg + "/" + otherUser
		client.Renew(time.Now())
		now, err := client.Login(t.Context())
		if err != nil || now.OrgID != otherOrg || now.UserID != otherUser {
			t.Fatalf("the next sync begins as %+v, %v", now, err)
		}
		if n, err := Count(t.Context(), client.As(now.OrgID, now.UserID)); err != nil || n != 7 {
			t.Errorf("the next sync reads %d, %v", n, err)
		}
		if _, err := Count(t.Context(), old); !fault.Is(err, fault.Invalid) {
			t.Errorf("what is left of the sync before reads on: %v", err)
		}
	})
}

// Another worker began the sync as the new user. A worker that still has a session of the old user looks where its own settings lead now
// before it refuses.
func TestAs_renewsASessionOfBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := counting()
		client := inside(t, inProcess(org))
		before, err := client.Login(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		org.identity = testOrg + "/" + otherUser
		pass(t, time.Minute)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if n, err := Count(t.Context(), client.As(before.OrgID, otherUser)); err != nil || n != 7 {
					t.Errorf("got %d, %v", n, err)
				}
			})
		}
		all.Wait()
		if got := org.logins.Load(); got != 2 {
			t.Errorf("%d logins, want the first and one more", got)
		}
	})
}

// A refused credential is fixed: the next sync must not meet the old refusal.
func TestRenew_dropsARefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := counting()
		org.refuse = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_client","error_description":"invalid client credentials"}`)
		}
		client := inside(t, inProcess(org))
		for range 2 {
			if _, err := client.Login(t.Context()); !fault.Is(err, fault.LoginRefused) {
				t.Fatalf("a wrong secret gives %v", err)
			}
		}
		if got := org.logins.Load(); got != 1 {
			t.Errorf("%d logins, want one that was refused", got)
		}
		org.refuse = nil
		client.Renew(time.Now())
		if _, err := client.Login(t.Context()); err != nil {
			t.Errorf("fixed: %v", err)
		}
	})
}

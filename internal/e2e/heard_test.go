package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/notify/mailtest"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// heard is an installation with a webhook, a hook of Slack and a mailbox that get every message, beside receivers that take none.
type heard struct {
	*plant
	box, dead *letterbox
	chat      hook
	mail      *mailtest.Box
	seen      int // messages that were looked at
}

// mailKey is the password of the mailbox.
const mailKey = "m41l-s3cret-p4ss"

// away is where nobody listens.
const away = "http://127.0.0.1:1/in"

// receivers are the takers, one that never answers, one that fails and one that is away.
func (h *heard) receivers(t *testing.T) []notify.Configured {
	t.Helper()
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(failing.Close)
	key := source.Held(hookKey)
	return append([]notify.Configured{
		{Name: "away", Webhook: source.Held(away), Secret: key, Events: askable()},
		h.dead.receiver("dead", askable()...),
		{Name: "failing", Webhook: source.Held(failing.URL), Secret: key, Events: askable()},
	}, h.takers()...)
}

// takers are those that take every message.
func (h *heard) takers() []notify.Configured {
	return []notify.Configured{
		h.box.receiver("hook", askable()...),
		{Name: "mail", Events: askable(), URL: source.Held("smtp://longhaul:" + mailKey + "@" + h.mail.Address +
			"/?auth=Plain&usestarttls=no&fromaddress=longhaul@example.com&toaddresses=data@example.com")},
		{Name: "slack", URL: source.Held(h.chat.url()), Events: askable()},
	}
}

// mailAddress is what no message holds.
var mailAddress = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.]+`)

// requireAlike wants the same messages at Slack and in the mailbox as at the webhook, each once, and no mail address in any.
func (h *heard) requireAlike(t *testing.T) {
	t.Helper()
	var want, mailed []string
	for _, one := range h.box.all() {
		want = append(want, one.Title)
	}
	slices.Sort(want)
	eventually(t, longest, func() bool { return len(h.chat.bodies()) >= len(want) && len(h.mail.Mails()) >= len(want) })
	all := strings.Join(h.box.bodies, "\n") + strings.Join(h.chat.bodies(), "\n")
	for _, text := range h.mail.Mails() {
		letter, err := mail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(letter.Body)
		if err != nil {
			t.Fatal(err)
		}
		mailed, all = append(mailed, letter.Header.Get("Subject")), all+string(body)
	}
	for name, got := range map[string][]string{"Slack": h.chat.titles(t), "the mailbox": mailed} {
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s got otherwise (-webhook +it):\n%s", name, diff)
		}
	}
	if found := mailAddress.FindString(all); found != "" {
		t.Errorf("a message holds %s", found)
	}
	for _, secret := range h.secrets() {
		if strings.Contains(all, secret) {
			t.Error("a secret stands in a message")
		}
	}
}

// secrets are all that no message, log or object may hold.
func (h *heard) secrets() []string {
	ready := h.sim.Ready()
	return []string{ready.ClientSecret, ready.CatalogToken, hookKey, strings.TrimPrefix(hookKey, "whsec_"), hookPath, mailKey, h.chat.key, h.chat.app}
}

// requireTold checks what holds for all messages.
func (h *heard) requireTold(t *testing.T) {
	t.Helper()
	p, box, dead := h.plant, h.box, h.dead
	ids := map[string]int{}
	for _, one := range box.all() {
		if ids[one.ID]++; ids[one.ID] > 1 {
			t.Errorf("%s came twice", one.ID)
		}
	}
	log, err := os.ReadFile(filepath.Join(p.dir, "worker.log"))
	if err != nil {
		t.Fatal(err)
	}
	all := string(log) + strings.Join(box.bodies, "\n")
	for _, prefix := range []string{staging.ToldSyncs("acme"), staging.StandingPrefix("acme"), staging.PagePrefix("acme")} {
		for key, err := range p.store.List(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			text, err := p.store.Read(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			all += string(text)
		}
	}
	for _, secret := range h.secrets() {
		if strings.Contains(all, secret) {
			t.Error("a secret stands in a message, the log or the bucket")
		}
	}
	if len(box.wrong)+len(dead.wrong) > 0 || len(dead.all()) == 0 {
		t.Errorf("%d messages came to the dead receiver; not verified: %v, %v", len(dead.all()), box.wrong, dead.wrong)
	}
	h.requireNoted(t)
}

// requireNoted wants the bucket to say which receivers took nothing.
func (h *heard) requireNoted(t *testing.T) {
	t.Helper()
	p := h.plant
	failed := map[string]bool{"dead": false, "failing": false, "away": false}
	for key, err := range p.store.List(t.Context(), staging.ToldSyncs("acme")) {
		if err != nil {
			t.Fatal(err)
		}
		text, err := p.store.Read(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		var mark desk.Mark
		if err := json.Unmarshal(text, &mark); err != nil {
			t.Fatal(err)
		}
		for _, one := range mark.Told {
			_, expected := failed[one.Receiver]
			failed[one.Receiver] = failed[one.Receiver] || expected && one.Failure != ""
			if !expected && one.Failure != "" {
				t.Errorf("%s did not get %s: %s", one.Receiver, one.ID, one.Failure)
			}
		}
	}
	for _, name := range []string{"dead", "failing", "away"} {
		if !failed[name] {
			t.Errorf("the bucket does not say that %s took nothing", name)
		}
	}
}

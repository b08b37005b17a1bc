package receiver_test

import (
	"encoding/json"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"longhaul/internal/notify"
	"longhaul/internal/notify/receiver"
)

const (
	oldKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newKey = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// TestWebhook_verifiesByTheStandardsOwnLibrary has a receiver with either of two keys.
func TestWebhook_verifiesByTheStandardsOwnLibrary(t *testing.T) {
	t.Parallel()
	box := &inbox{}
	s, _ := sender(t, receiver.Options{})
	message := blocked("notify-acme-x-blocked-1")
	message.Closed, message.Closes = []string{"longhaul/acme/stalled"}, []notify.Event{notify.Stalled}
	told := s.Send(t.Context(), message, []notify.Asking{hook("hook", serve(t, box)+"/in?token=t0ken", oldKey+" "+newKey)})
	if len(told) != 1 || told[0].Failure != "" || told[0].ID != message.ID || told[0].At.IsZero() {
		t.Fatalf("told %+v", told)
	}
	got, bodies := box.all()
	for _, key := range []string{oldKey, newKey} {
		verifier, err := standardwebhooks.NewWebhook(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify([]byte(bodies[0]), got[0].Header); err != nil {
			t.Errorf("by %s: %v", key, err)
		}
		if verifier.Verify([]byte(bodies[0]+" "), got[0].Header) == nil {
			t.Error("another body verifies too")
		}
	}
	if h := got[0].Header; h.Get("Webhook-Id") != message.ID || h.Get("User-Agent") != "longhaul/test" || h.Get("Content-Type") != "application/json" {
		t.Errorf("header %v", h)
	}
	var body any
	if err := json.Unmarshal([]byte(bodies[0]), &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"type": "longhaul.blocked", "timestamp": "2026-11-24T06:30:00Z",
		"data": map[string]any{
			"source": "acme", "sync": "2026-11-23T05-00-00Z", "event": "blocked", "title": message.Title, "text": message.Text,
			"command": "longhaul resume acme", "ui": "https://temporal.example.com/x", "since": "2026-11-24T06:00:00Z",
			"opens": []any{"longhaul/acme/blocked"}, "closes": []any{"longhaul/acme/stalled"}, "over": []any{"stalled"},
		},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWebhook_triesAgainWhereThatMayHelp counts the tries, which all have the same id.
func TestWebhook_triesAgainWhereThatMayHelp(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		statuses []int
		tries    int
		failure  string
	}{
		{"a passing error", []int{503}, 2, ""},
		{"too many", []int{429}, 2, ""},
		{"a timeout of the receiver", []int{408}, 2, ""},
		{"an error that stays", []int{500, 500, 200}, 2, "the receiver answered 500"},
		{"a refusal", []int{401}, 1, "check the key or the token"},
		{"a receiver that is gone", []int{410}, 1, "not there any more"},
		{"a bad request", []int{400}, 1, "answered 400"},
		{"a redirect", []int{302}, 1, "leads elsewhere"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			box := &inbox{statuses: row.statuses}
			s, logs := sender(t, receiver.Options{})
			told := s.Send(t.Context(), blocked("id-1"), []notify.Asking{hook("hook", serve(t, box), oldKey)})
			got, _ := box.all()
			if len(got) != row.tries || got[len(got)-1].Header.Get("Webhook-Id") != "id-1" {
				t.Errorf("%d tries", len(got))
			}
			if len(told) != 1 || !strings.Contains(told[0].Failure, row.failure) || (row.failure == "") != (told[0].Failure == "") {
				t.Errorf("told %+v", told)
			}
			if (logs.Len() > 0) != (row.failure != "") {
				t.Errorf("logged %s", logged(logs))
			}
		})
	}
}

// TestWebhook_saysWhatToChange has settings that no message can be sent with.
func TestWebhook_saysWhatToChange(t *testing.T) {
	t.Parallel()
	s, _ := sender(t, receiver.Options{})
	for _, row := range []struct{ name, url, secret, want string }{
		{"plain HTTP to another machine", "http://hooks.example.com/s3cretpath", oldKey, "must begin with https://"},
		{"no address", "s3cretpath", oldKey, "write it as https://"},
		{"a space", " https://hooks.example.com/s3cretpath", oldKey, "begins or ends with a space"},
		{"a short key", "http://127.0.0.1:1/", "whsec_c2hvcnQ=", "24 to 64 random bytes"},
		{"no key", "http://127.0.0.1:1/", "s3cretpath!", "24 to 64 random bytes"},
		{"nobody there", "http://127.0.0.1:1/s3cretpath", oldKey, "no connection to the receiver"},
	} {
		told := s.Send(t.Context(), blocked("id-1"), []notify.Asking{hook("hook", row.url, row.secret)})
		if len(told) != 1 || !strings.Contains(told[0].Failure, row.want) || strings.Contains(told[0].Failure, "s3cretpath") {
			t.Errorf("%s: told %+v", row.name, told)
		}
	}
}

// TestWebhook_saysWhichCertificateIsRefused does not trust a server.
func TestWebhook_saysWhichCertificateIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(&inbox{})
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it is told that it is not trusted
	server.StartTLS()
	t.Cleanup(server.Close)
	s, _ := sender(t, receiver.Options{})
	told := s.Send(t.Context(), blocked("id-1"), []notify.Asking{hook("hook", server.URL, oldKey)})
	if len(told) != 1 || !strings.Contains(told[0].Failure, "CA that is not trusted") {
		t.Errorf("told %+v", told)
	}
	s, _ = sender(t, receiver.Options{Transport: server.Client().Transport})
	told = s.Send(t.Context(), blocked("id-1"), []notify.Asking{hook("hook", server.URL, oldKey)})
	if len(told) != 1 || told[0].Failure != "" {
		t.Errorf("by one who trusts it: told %+v", told)
	}
}

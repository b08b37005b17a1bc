package receiver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"

	"longhaul/internal/notify"
	"longhaul/internal/notify/mailtest"
	"longhaul/internal/notify/receiver"
)

// TestShoutrrr_reachesSlack sends to the fake one, under the address that the library has built in.
func TestShoutrrr_reachesSlack(t *testing.T) {
	t.Parallel()
	s, _ := sender(t, receiver.Options{})
	told := s.Send(t.Context(), blocked("to-slack"), []notify.Asking{by("slack", "slack://hook:T0000AAAA-B0000BBBB-cccccccccccccccccccccccc@webhook")})
	if len(told) != 1 || told[0].Failure != "" {
		t.Fatalf("told %+v", told)
	}
	got, bodies := slack.all()
	at := slices.IndexFunc(got, func(r *http.Request) bool {
		return r.URL.Path == "/services/T0000AAAA/B0000BBBB/cccccccccccccccccccccccc"
	})
	if at < 0 { // another test has a hook of its own there
		t.Fatalf("got %v", bodies)
	}
	for _, want := range []string{"acme: the sync is blocked", "Unblock the app.", "longhaul resume acme", "https://temporal.example.com/x"} {
		if !strings.Contains(bodies[at], want) {
			t.Errorf("%s lacks %q", bodies[at], want)
		}
	}
}

// TestShoutrrr_sendsMail goes through a real mail server, with a login.
func TestShoutrrr_sendsMail(t *testing.T) {
	t.Parallel()
	const right = "p@ss:w/rd"
	box := mailtest.Serve(t, right)
	to := func(password string) string {
		return "smtp://longhaul:" + url.QueryEscape(password) + "@" + box.Address + "/?auth=Plain&usestarttls=no&fromaddress=longhaul@example.com&toaddresses=one@example.com,two@example.com"
	}
	s, logs := sender(t, receiver.Options{})
	told := s.Send(t.Context(), blocked("mail"), []notify.Asking{by("mailbox", to(right)), by("wrong-login", to("0therS3cret"))})
	failed := failures(told)
	if len(told) != 2 || failed["mailbox"] != "" {
		t.Fatalf("told %+v", told)
	}
	mails := box.Mails()
	if len(mails) != 2 || !slices.Equal(box.To(), []string{"one@example.com", "two@example.com"}) {
		t.Fatalf("%d mails to %v", len(mails), box.To())
	}
	for _, want := range []string{"Subject: acme: the sync is blocked", "Unblock the app.\r\n", "Command: longhaul resume acme"} {
		if !strings.Contains(mails[0], want) {
			t.Errorf("%s lacks %q", mails[0], want)
		}
	}
	if failed["wrong-login"] == "" {
		t.Error("a wrong login is no failure")
	}
	hides(t, failed["wrong-login"]+logged(logs), "0therS3cret", "127.0.0.1", "example.com")
}

// hides finds parts of an address or secrets in a text.
func hides(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows %q", text, secret)
		}
	}
}

// duty starts a fake PagerDuty, and gives its URL and a sender that trusts it.
func duty(t *testing.T, box *inbox) (string, *receiver.Sender) {
	t.Helper()
	server := httptest.NewTLSServer(box)
	t.Cleanup(server.Close)
	s, _ := sender(t, receiver.Options{Transport: server.Client().Transport})
	return "pagerduty://" + server.Listener.Addr().String() + "/0123456789abcdef0123456789abcdef", s
}

// alert is what PagerDuty's Events API v2 gets.
type alert struct {
	Action  string `json:"event_action"`
	Key     string `json:"dedup_key"`
	Routing string `json:"routing_key"`
	Payload struct{ Summary, Severity, Source string }
}

// TestPagerDuty_opensAndResolves has one key for what stands from its first message to the end. It calls nobody for what nothing closes.
func TestPagerDuty_opensAndResolves(t *testing.T) {
	t.Parallel()
	box := &inbox{statuses: slices.Repeat([]int{202}, 20)}
	address, s := duty(t, box)
	to := by("pager", address)
	over := notify.Message{
		Fact:  notify.Fact{ID: "2", Event: notify.Complete, Source: "acme", Closes: []notify.Event{notify.Blocked}},
		Title: "acme: over", Closed: []string{"longhaul/acme/blocked"},
	}
	first := notify.Message{Fact: notify.Fact{ID: "3", Event: notify.FirstSyncComplete, Source: "acme"}, Title: "acme: first"}
	try := notify.Message{Fact: notify.Fact{ID: "4", Event: notify.Test, Source: "acme"}, Title: "acme: a test message"}
	for _, message := range []notify.Message{blocked("1"), over, try} {
		if told := s.Send(t.Context(), message, []notify.Asking{to}); len(told) != 1 || told[0].Failure != "" {
			t.Errorf("%s: told %+v", message.Event, told)
		}
	}
	if told := s.Send(t.Context(), first, []notify.Asking{to}); len(told) != 0 {
		t.Errorf("it is called for a completion: %+v", told)
	}
	to.Explicit = true
	if told := s.Send(t.Context(), first, []notify.Asking{to}); len(told) != 1 || told[0].Failure != "" {
		t.Errorf("it asked for completions: %+v", told)
	}
	want := []string{
		"trigger longhaul/acme/blocked error", "resolve longhaul/acme/blocked error", "trigger 4 info", "resolve 4 error", "trigger 3 info",
	}
	var got []string
	_, bodies := box.all()
	for _, body := range bodies {
		var one alert
		err := json.Unmarshal([]byte(body), &one)
		if err != nil || one.Routing != "0123456789abcdef0123456789abcdef" || one.Payload.Source != "longhaul/acme" {
			t.Errorf("%v: %s", err, body)
		}
		got = append(got, one.Action+" "+one.Key+" "+one.Payload.Severity)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// roundTrips answers every request, and notes where it was to go.
type roundTrips struct {
	mu sync.Mutex
	to []string
}

func (r *roundTrips) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = append(r.to, request.URL.Scheme+"://"+request.URL.Host)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{}`)), Request: request}, nil
}

// TestShoutrrr_sendsByOurTransport has the services that would go past the proxy, or to no host at all.
func TestShoutrrr_sendsByOurTransport(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"pagerduty:///0123456789abcdef0123456789abcdef":                        "https://events.pagerduty.com:443",
		"pagerduty://events.eu.pagerduty.com/0123456789abcdef0123456789abcdef": "https://events.eu.pagerduty.com:443",
		"mattermost://chat.example.com/token":                                  "https://chat.example.com",
		"gotify://gotify.example.com/Aabcdefghijklmn":                          "https://gotify.example.com",
		"ntfy://:token@ntfy.example.com/topic":                                 "https://ntfy.example.com",
	} {
		trips := &roundTrips{}
		s, _ := sender(t, receiver.Options{Transport: trips})
		told := s.Send(t.Context(), blocked("1"), []notify.Asking{by("by-our-transport", url)})
		if len(told) != 1 || told[0].Failure != "" || !slices.Equal(trips.to, []string{want}) {
			t.Errorf("%s went to %v: %+v", url, trips.to, told)
		}
	}
}

// TestTeams_getsACard goes to a workflow of Teams; a connector has been retired.
func TestTeams_getsACard(t *testing.T) {
	t.Parallel()
	box := &inbox{statuses: []int{202}}
	s, _ := sender(t, receiver.Options{})
	told := s.Send(t.Context(), blocked("1"), []notify.Asking{
		by("workflow", "teams+"+serve(t, box)+"/workflows/abc/triggers/manual/paths/invoke?sig=s1gnature"),
		by("connector", "teams+https://acme.webhook.office.com/webhookb2/x"), by("old", "teams://group@tenant/altId/owner?host=acme.webhook.office.com"),
	})
	failed := failures(told)
	if failed["workflow"] != "" || !strings.Contains(failed["connector"], "retired") || !strings.Contains(failed["old"], "retired") {
		t.Errorf("told %+v", told)
	}
	got, bodies := box.all()
	var card struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type    string
				Body    []struct{ Inlines []struct{ Text string } }
				Actions []struct{ URL string }
			}
		}
	}
	if len(bodies) != 1 || got[0].URL.Query().Get("sig") != "s1gnature" || json.Unmarshal([]byte(bodies[0]), &card) != nil || len(card.Attachments) != 1 {
		t.Fatalf("got %v", bodies)
	}
	content := card.Attachments[0].Content
	if content.Type != "AdaptiveCard" || len(content.Body) != 4 || content.Body[0].Inlines[0].Text != blocked("1").Title || content.Actions[0].URL != blocked("1").UI {
		t.Errorf("%+v", content)
	}
}

// TestShoutrrr_knowsEveryService finds a service that a newer library has and no list here, and URLs that lead to nobody.
func TestShoutrrr_knowsEveryService(t *testing.T) {
	t.Parallel()
	known := slices.Concat(receiver.Services, []string{"logger", "teams"})
	for _, name := range new(router.ServiceRouter).ListServices() {
		if !slices.Contains(known, name) {
			t.Errorf("shoutrrr has a service %s: how does it take a title?", name)
		}
	}
	s, _ := sender(t, receiver.Options{})
	for _, row := range []struct{ url, want string }{
		{"logger://", "begins with no kind of receiver"},
		{"https://hooks.example.com/s3cretpart", "begins with no kind of receiver"},
		{"s3cretpart", "is none of shoutrrr"},
		{"smtp://user:pa%ss@mail.example.com/s3cretpart", "written as %40"},
		{"slack://s3cretpart", "not as slack needs it"},
		{"telegram://s3cretpart", "not as telegram needs it"},
		{"", "is empty"},
	} {
		told := s.Send(t.Context(), blocked("1"), []notify.Asking{by("wrong", row.url)})
		if len(told) != 1 || !strings.Contains(told[0].Failure, row.want) || strings.Contains(told[0].Failure, "s3cretpart") {
			t.Errorf("%s: told %+v", row.url, told)
		}
	}
}

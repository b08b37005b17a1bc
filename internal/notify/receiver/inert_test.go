package receiver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/notify"
	"longhaul/internal/notify/mailtest"
	"longhaul/internal/notify/receiver"
)

// hostile are names that somebody may give a report.
var hostile = []string{
	"<!channel>", "<!here|here>", "<@U0LAN0Z89>", "<#C123>", "<https://evil.example|Open>", "@everyone", "@here", "@room", "@**all**",
	"[x](https://evil.example)", "![x](https://evil.example/x.png)", "<users/all>", `<at user_id="all">all</at>`, "<@&123>", "<b>x</b>", "a & b",
	"https://evil.example/log-in", "HTTP://evil.example",
}

// markup is what some chat makes a mention, a link or a picture of.
var markup = regexp.MustCompile(`<[!@#hub/a]|@[a-z*&U]|\]\(|://`)

// chats are the services that show markup.
var chats = []string{
	"discord", "googlechat", "hangouts", "lark", "matrix", "mattermost", "notifiarr", "rocketchat", "slack", "telegram", "wecom", "zulip",
}

func TestInert_leavesNoMarkup(t *testing.T) {
	t.Parallel()
	for _, service := range receiver.Services {
		if !slices.Contains(chats, service) && !slices.Contains(receiver.Plain, service) && service != "pagerduty" {
			t.Errorf("does %s show markup?", service)
		}
	}
	for _, service := range chats {
		for _, name := range hostile {
			text := receiver.Inert(service, name)
			if service == "slack" && (strings.ContainsAny(text, "<>") || strings.Contains(text, "://")) || service != "slack" && markup.MatchString(text) {
				t.Errorf("%s gets %q", service, text)
			}
		}
	}
}

// bodies answers every request, and keeps what it got.
type bodies struct{ got []string }

func (b *bodies) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	b.got = append(b.got, string(body))
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("ok")), Request: request}, err
}

// ownLink is one of Longhaul: nothing takes it apart.
const ownLink = "https://temporal.example.com/@team/workflows/sync-acme"

// named is a message that names reports whose names are markup.
func named() notify.Message {
	message := blocked("named")
	message.Text = "Most are gone from \"" + strings.Join(hostile, `", "`) + "\"."
	message.UI = ownLink
	return message
}

func TestInert_reachesSlackSo(t *testing.T) {
	t.Parallel()
	s, _ := sender(t, receiver.Options{})
	told := s.Send(t.Context(), named(), []notify.Asking{by("slack", "slack://hook:T0000AAAA-B0000BBBB-dddddddddddddddddddddddd@webhook")})
	if len(told) != 1 || told[0].Failure != "" {
		t.Fatalf("told %+v", told)
	}
	_, all := slack.all()
	at := slices.IndexFunc(all, func(body string) bool { return strings.Contains(body, "Most are gone from") })
	if at < 0 {
		t.Fatalf("got %v", all)
	}
	var got struct{ Attachments []struct{ Text string } }
	if err := json.Unmarshal([]byte(all[at]), &got); err != nil || len(got.Attachments) == 0 {
		t.Fatalf("%v: %s", err, all[at])
	}
	text := got.Attachments[0].Text
	inert := strings.Contains(text, "&lt;!channel&gt;") && strings.Contains(text, "a &amp; b")
	if !inert || strings.ContainsAny(text, "<>") || strings.Contains(text, "://") {
		t.Errorf("it gets %q", text)
	}
	if last := got.Attachments[len(got.Attachments)-1].Text; last != "Sync: "+ownLink {
		t.Errorf("the link is %q", last)
	}
}

func TestInert_reachesAChatSo(t *testing.T) {
	t.Parallel()
	chat := &bodies{}
	s, _ := sender(t, receiver.Options{Transport: chat})
	told := s.Send(t.Context(), named(), []notify.Asking{by("chat", "mattermost://chat.example.com/token")})
	if len(told) != 1 || told[0].Failure != "" || len(chat.got) != 1 {
		t.Fatalf("told %+v, got %v", told, chat.got)
	}
	var got struct{ Text string }
	err := json.Unmarshal([]byte(chat.got[0]), &got)
	text, linked := strings.CutSuffix(got.Text, "\nSync: "+ownLink)
	if err != nil || !linked || markup.MatchString(text) || !strings.Contains(text, "everyone") {
		t.Errorf("%v: it gets %q", err, got.Text)
	}
}

// Teams takes the text of a TextBlock for Markdown, and that of a TextRun as it is.
func TestInert_reachesTeamsSo(t *testing.T) {
	t.Parallel()
	box := &inbox{}
	s, _ := sender(t, receiver.Options{})
	s.Send(t.Context(), named(), []notify.Asking{by("workflow", "teams+"+serve(t, box)+"/workflows/abc?sig=s1gnature")})
	_, all := box.all()
	if len(all) != 1 || strings.Contains(all[0], "TextBlock\",\"text") || !strings.Contains(all[0], `"type":"TextRun","text":"Most are gone`) {
		t.Errorf("got %v", all)
	}
}

// A mail is plain, whatever its URL asks for.
func TestInert_reachesMailSo(t *testing.T) {
	t.Parallel()
	box := mailtest.Serve(t, "secret")
	to := "smtp://longhaul:secret@" + box.Address + "/?auth=Plain&usestarttls=no&usehtml=yes&fromaddress=longhaul@example.com&toaddresses=" +
		url.QueryEscape("one@example.com")
	s, _ := sender(t, receiver.Options{})
	told := s.Send(t.Context(), named(), []notify.Asking{by("mailbox", to)})
	mails := box.Mails()
	if len(told) != 1 || told[0].Failure != "" || len(mails) != 1 || strings.Contains(mails[0], "text/html") {
		t.Errorf("told %+v, got %q", told, mails)
	}
}

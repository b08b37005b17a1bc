package receiver

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/incident/pagerduty"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/notify"
)

// The services of shoutrrr by how they take a message. A service that is in no list is refused, as logger is, which sends to nobody.
var (
	titled = []string{
		"bark", "discord", "generic", "gotify", "ifttt", "join", "lark", "matrix", "ntfy", "opsgenie", "pushbullet", "pushover", "slack",
		"smtp", "telegram", "zulip",
	}
	untitled = []string{"googlechat", "hangouts", "mattermost", "notifiarr", "rocketchat", "signal", "wecom"} // the title is the first line
	calling  = []string{"opsgenie", "pagerduty"}                                                              // they call somebody, so they get what stands alone
)

// shoutrrr sends a message to where a URL of shoutrrr leads. Most of its services cannot be stopped: one that hangs is left behind, and the
// slot of the receiver sends nothing more until that has ended.
func (s *Sender) shoutrrr(ctx context.Context, message notify.Message, to notify.Asking, slot int) error {
	text, err := address(ctx, to.URL, "url")
	if err != nil {
		return err
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme == "" {
		return unsent(fault.Invalid, "the url of the receiver is none of shoutrrr: docs/notify.md has one for each kind; characters such as @ in a "+
			"password are written as %%40")
	}
	scheme, _, _ := strings.Cut(strings.ToLower(parsed.Scheme), "+")
	switch {
	case slices.Contains(calling, scheme) && !calls(message, to):
		return errNotForIt
	case scheme == "teams" && strings.HasPrefix(text, teamsScheme):
		return s.teams(ctx, message, text)
	case scheme == "teams":
		return retiredConnector()
	case scheme != pagerduty.Scheme && !slices.Contains(titled, scheme) && !slices.Contains(untitled, scheme):
		return unsent(fault.Invalid, "the url of the receiver begins with no kind of receiver: docs/notify.md has one for each; a webhook of your own is set as webhook")
	}
	_, err = hang.Ask(ctx, fmt.Sprintf("receiver %s, %d", to.Name, slot), func() (struct{}, error) {
		return struct{}{}, s.byService(ctx, message, text, scheme)
	})
	return ofLibrary(ctx, err, text)
}

// calls says whether a receiver that calls somebody gets a message: what stands or is over, and what its settings name.
func calls(message notify.Message, to notify.Asking) bool {
	return to.Explicit && slices.Contains(to.Events, message.Event) || message.Event == notify.Test || len(message.Open)+len(message.Closed) > 0
}

// byService sends by one service of the library.
func (s *Sender) byService(ctx context.Context, message notify.Message, text, scheme string) error {
	service, err := new(router.ServiceRouter).Locate(text)
	switch {
	case err != nil && scheme == "matrix": // which logs in here, and the library keeps what failed to itself
		return unsent(fault.Invalid, "the url of the receiver is not as matrix needs it, or its login failed: docs/notify.md has an example")
	case err != nil:
		return unsent(fault.Invalid, "the url of the receiver is not as %s needs it: docs/notify.md has an example", scheme)
	}
	s.bind(ctx, service)
	if duty, is := service.(*pagerduty.Service); is {
		duty.Config.Host, duty.Config.Port = cmp.Or(duty.Config.Host, pagerDutyHost), cmp.Or(duty.Config.Port, httpsPort) // the library forgets its own
		return callByPagerDuty(ctx, message, duty)
	}
	message.Title, message.Text = inert(scheme, message.Title), inert(scheme, message.Text) // not the command and the links, which are our own
	params, title, body := types.Params{}, message.Title, message.Body()
	asText(scheme, params)
	if slices.Contains(titled, scheme) {
		params.SetTitle(title)
	} else {
		body = title + "\n" + body
	}
	if scheme == "opsgenie" && len(message.Open) > 0 {
		params["alias"] = message.Open[0]
	}
	return service.Send(body, &params)
}

// Where PagerDuty gets events, unless the URL says otherwise.
const (
	pagerDutyHost = "events.pagerduty.com"
	httpsPort     = 443
)

// bind has a service send by our own transport, where it lets us: some have one that knows no proxy, and some no bound.
func (s *Sender) bind(ctx context.Context, service types.Service) {
	client := &http.Client{Transport: bound{ctx, s.options.Transport}, Timeout: s.options.Within}
	switch service := service.(type) {
	case interface{ SetHTTPClient(client *http.Client) }:
		service.SetHTTPClient(client)
	case interface{ GetHTTPClient() *http.Client }:
		if its := service.GetHTTPClient(); its != nil {
			*its = *client
		}
	}
}

// bound ends requests of a client with a context that its library does not know.
type bound struct {
	ctx  context.Context
	next http.RoundTripper
}

// RoundTrip sends the request on.
func (b bound) RoundTrip(request *http.Request) (*http.Response, error) {
	return b.next.RoundTrip(request.WithContext(b.ctx))
}

// callByPagerDuty triggers what a message opens and resolves what it closes, each under a key of its own. A test is resolved at once.
func callByPagerDuty(ctx context.Context, message notify.Message, duty *pagerduty.Service) error {
	send := func(action, key string, more types.Params) error {
		params := types.Params{"action": action, "dedup_key": key, "source": "longhaul/" + message.Source}
		for name, value := range more {
			params[name] = value
		}
		return duty.SendWithContext(ctx, message.Title, &params)
	}
	for _, key := range message.Closed {
		if err := send("resolve", key, nil); err != nil {
			return err
		}
	}
	details, err := json.Marshal(map[string]string{"text": message.Text, "command": message.Command})
	if err != nil {
		return fmt.Errorf("encode the details: %w", err)
	}
	more := types.Params{"details": string(details), "client": "Longhaul"}
	if link := message.Page; link != "" || message.UI != "" {
		more["client_url"] = link
		if link == "" {
			more["client_url"] = message.UI
		}
	}
	for _, key := range message.Open {
		if err := send("trigger", key, more); err != nil {
			return err
		}
	}
	if len(message.Open)+len(message.Closed) > 0 {
		return nil
	}
	more["severity"] = "info" // it opens nothing that anything would close
	if err := send("trigger", message.ID, more); err != nil || message.Event != notify.Test {
		return err
	}
	return send("resolve", message.ID, nil)
}

package receiver

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// plain are the services of shoutrrr that show a text as it is.
var plain = []string{"bark", "generic", "gotify", "ifttt", "join", "ntfy", "opsgenie", "pushbullet", "pushover", "signal", "smtp"}

var (
	// slackText is how Slack wants what is no markup of its own.
	slackText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	// chatText takes mentions and links apart by a character that nobody sees: chats know no other way in common.
	chatText = strings.NewReplacer("@", "@\u200b", "<", "<\u200b", "](", "]\u200b(")
	// linkable is what chats make a link without being asked.
	linkable = regexp.MustCompile(`(?i)(https?:)//`)
)

// inert is a text as a service shows it without a mention or a link: names of reports and folders stand in it, which anybody may have chosen who
// may save a report.
func inert(scheme, text string) string {
	if slices.Contains(plain, scheme) {
		return text
	}
	text = linkable.ReplaceAllString(text, "$1\u200b//")
	if scheme == "slack" {
		return slackText.Replace(text)
	}
	return chatText.Replace(text)
}

// asText has a service take the text for plain, whatever its URL asks for.
func asText(scheme string, params types.Params) {
	switch scheme {
	case "smtp":
		params["usehtml"] = "No"
	case "telegram":
		params["parsemode"] = "None"
	}
}

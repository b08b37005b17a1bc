package receiver

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
)

// teamsScheme begins the URL of a workflow of Microsoft Teams. shoutrrr sends to the connectors of Office 365, which Microsoft has retired.
const teamsScheme = "teams+"

// teams posts a message to a workflow of Teams, as an adaptive card.
func (s *Sender) teams(ctx context.Context, message notify.Message, text string) error {
	target, err := parse(strings.TrimPrefix(text, teamsScheme), "url")
	if err != nil {
		return err
	}
	if host := target.Hostname(); strings.HasSuffix(host, "webhook.office.com") || host == "outlook.office.com" {
		return retiredConnector()
	}
	body, err := json.Marshal(card(message))
	if err != nil {
		return fmt.Errorf("encode a card: %w", err)
	}
	return s.post(ctx, target, body, http.Header{})
}

func retiredConnector() error {
	return unsent(fault.Invalid, "Microsoft has retired the connectors of Teams: make a workflow in the channel (\"Send webhook alerts to a channel\"), "+
		"and write its address as teams+https://...")
}

type (
	cardMessage struct {
		Type        string           `json:"type"`
		Attachments []cardAttachment `json:"attachments"`
	}
	cardAttachment struct {
		ContentType string       `json:"contentType"`
		Content     adaptiveCard `json:"content"`
	}
	adaptiveCard struct {
		Schema  string       `json:"$schema"`
		Type    string       `json:"type"`
		Version string       `json:"version"`
		Body    []textBlock  `json:"body"`
		Actions []cardAction `json:"actions,omitempty"`
	}
	// textBlock is a paragraph whose text is no markup, as that of a TextBlock would be.
	textBlock struct {
		Type    string    `json:"type"`
		Inlines []textRun `json:"inlines"`
	}
	textRun struct {
		Type   string `json:"type"`
		Text   string `json:"text"`
		Weight string `json:"weight,omitempty"`
		Font   string `json:"fontType,omitempty"`
	}
	cardAction struct {
		Type  string `json:"type"`
		Title string `json:"title"`
		URL   string `json:"url"`
	}
)

// card is a message as an adaptive card, with a block for each line.
func card(message notify.Message) cardMessage {
	content := adaptiveCard{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.2",
	}
	say := func(run textRun) {
		run.Type = "TextRun"
		content.Body = append(content.Body, textBlock{Type: "RichTextBlock", Inlines: []textRun{run}})
	}
	say(textRun{Text: message.Title, Weight: "Bolder"})
	for line := range strings.SplitSeq(message.Text, "\n") {
		say(textRun{Text: line})
	}
	if message.Command != "" {
		say(textRun{Text: message.Command, Font: "Monospace"})
	}
	for _, link := range [][2]string{{"Sync", message.UI}, {"Page", message.Page}} {
		if link[1] != "" {
			content.Actions = append(content.Actions, cardAction{Type: "Action.OpenUrl", Title: link[0], URL: link[1]})
		}
	}
	return cardMessage{Type: "message", Attachments: []cardAttachment{{ContentType: "application/vnd.microsoft.card.adaptive", Content: content}}}
}

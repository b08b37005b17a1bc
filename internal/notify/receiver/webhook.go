package receiver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
)

// payload is what a webhook gets: the form that Standard Webhooks 1.0 recommends.
type payload struct {
	Type      string    `json:"type"` // longhaul. and the event
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

// data is the message for programs.
type data struct {
	Source  string         `json:"source"`
	Sync    string         `json:"sync,omitempty"`
	Event   notify.Event   `json:"event"`
	Outcome string         `json:"outcome,omitempty"`
	Title   string         `json:"title"`
	Text    string         `json:"text"`
	Command string         `json:"command,omitempty"`
	UI      string         `json:"ui,omitempty"`
	Page    string         `json:"page,omitempty"`
	Since   time.Time      `json:"since,omitzero"`
	Until   time.Time      `json:"until,omitzero"`
	Repeat  int            `json:"repeat,omitempty"`
	Opens   []string       `json:"opens,omitempty"`  // keys of what stands from now on
	Closes  []string       `json:"closes,omitempty"` // keys of what is over
	Over    []notify.Event `json:"over,omitempty"`   // the events of closes
}

// typePrefix begins the types of payloads.
const typePrefix = "longhaul."

// webhook posts a message to a webhook, signed.
func (s *Sender) webhook(ctx context.Context, message notify.Message, to notify.Asking) error {
	text, err := address(ctx, to.Webhook, "webhook")
	if err != nil {
		return err
	}
	target, err := parse(text, "webhook")
	if err != nil {
		return err
	}
	secret, err := to.Secret.Resolve(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(payload{Type: typePrefix + string(message.Event), Timestamp: message.At.UTC(), Data: data{
		Source: message.Source, Sync: message.Sync, Event: message.Event, Outcome: message.Outcome,
		Title: message.Title, Text: message.Text, Command: message.Command, UI: message.UI, Page: message.Page,
		Since: message.Since, Until: message.Until, Repeat: message.Repeat, Opens: message.Open, Closes: message.Closed, Over: message.Closes,
	}})
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	now := s.now()
	signatures, err := sign(secret, message.ID, now, body)
	if err != nil {
		return err
	}
	return s.post(ctx, target, body, http.Header{
		"Webhook-Id": {message.ID}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}, "Webhook-Signature": {signatures},
	})
}

// The lengths that Standard Webhooks allows a key, in bytes.
const (
	leastKey = 24
	mostKey  = 64
)

// sign signs a body with each key of a secret, so that a new key can be given out before the old one is taken away.
func sign(secret, id string, at time.Time, body []byte) (string, error) {
	var signatures []string
	for _, one := range strings.Fields(secret) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(one, "whsec_"))
		if err != nil || len(key) < leastKey || len(key) > mostKey {
			signatures = nil
			break
		}
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	if len(signatures) == 0 {
		return "", unsent(fault.Invalid, "the secret of the receiver is no key of Standard Webhooks: it is whsec_ and %d to %d random bytes in base64 "+
			"(openssl rand -base64 32 makes them); of two keys with a space between them both sign", leastKey, mostKey)
	}
	return strings.Join(signatures, " "), nil
}

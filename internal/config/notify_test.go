package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/notify"
	"longhaul/internal/source"
)

// defaultNotify are the settings of messages where nothing is set.
var defaultNotify = notify.Settings{Stall: 15 * time.Minute, ColumnsLost: 5}

// notifyOfWhole are the settings of messages in whole, of a file in a folder.
func notifyOfWhole(t *testing.T, dir string) notify.Settings {
	t.Helper()
	return notify.Settings{Stall: 20 * time.Minute, ColumnsLost: 7, LeaveToAlerts: true, Receivers: []notify.Configured{
		{Name: "mail", URL: reference(t, "env:MAIL_URL")},
		{
			Name: "ops", Webhook: reference(t, "file:"+dir+"/secrets/hook"), Secret: reference(t, "env:HOOK_KEY"),
			Events: []notify.Event{notify.Blocked, notify.Held},
		},
		{Name: "quiet", URL: reference(t, "env:QUIET_URL"), Events: []notify.Event{}},
	}}
}

// TestRead_readsReceiversOfTheEnvironment has receivers by variables alone, and over those of the file.
func TestRead_readsReceiversOfTheEnvironment(t *testing.T) {
	t.Parallel()
	const text = head + "notify:\n  receivers:\n    ops: {url: 'env:A', events: [held]}\n"
	cfg, _, err := Read(settings(t, text,
		"LONGHAUL_NOTIFY_STALL=1m", "LONGHAUL_NOTIFY_RECEIVERS_OPS_EVENTS=blocked,digest", "LONGHAUL_NOTIFY_RECEIVERS_ON_CALL_WEBHOOK=env:B",
		"LONGHAUL_NOTIFY_RECEIVERS_ON_CALL_SECRET=file:/run/key", "LONGHAUL_SOURCES_ACME_NOTIFY_ON_CALL_EVENTS=failed",
		"LONGHAUL_UI_URL=https://ui.example.com/"))
	if err != nil {
		t.Fatal(err)
	}
	want := []notify.Configured{
		{Name: "on-call", Webhook: reference(t, "env:B"), Secret: reference(t, "file:/run/key")},
		{Name: "ops", URL: reference(t, "env:A"), Events: []notify.Event{notify.Blocked, notify.Digest}},
	}
	if diff := cmp.Diff(want, cfg.Notify.Receivers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	acme, err := cfg.Sources.Get("acme")
	if diff := cmp.Diff(source.Notify{"on-call": {"failed"}}, acme.Notify); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if cfg.UIURL != "https://ui.example.com" || cfg.Notify.Stall.Minutes() != 1 {
		t.Errorf("%+v", cfg)
	}
}

// TestRead_findsMistakesInVariablesOfReceivers never repeats a value, which may be the secret.
func TestRead_findsMistakesInVariablesOfReceivers(t *testing.T) {
	t.Parallel()
	_, _, err := Read(settings(t, "log: {level: info}\n",
		"LONGHAUL_NOTIFY_RECEIVERS_OPS_URL=slack://hook:hunter2@webhook", "LONGHAUL_NOTIFY_RECEIVERS_OPS_EVENT=held", "LONGHAUL_NOTIFY_RECEIVERS__URL=env:A"))
	want := []string{
		"LONGHAUL_NOTIFY_RECEIVERS_OPS_EVENT: is not LONGHAUL_NOTIFY_RECEIVERS_<NAME>_<SETTING>; the settings are EVENTS, SECRET, URL, WEBHOOK",
		"LONGHAUL_NOTIFY_RECEIVERS_OPS_URL: " + asReference,
		"LONGHAUL_NOTIFY_RECEIVERS__URL: is not LONGHAUL_NOTIFY_RECEIVERS_<NAME>_<SETTING>; the settings are EVENTS, SECRET, URL, WEBHOOK",
	}
	if diff := cmp.Diff(want, sentences(t, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRead_findsMistakesInReceivers never repeats an address or a key.
func TestRead_findsMistakesInReceivers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"a URL of a receiver as it is", "notify:\n  receivers:\n    ops:\n      url: slack://hook:hunter2@webhook\n", []string{"4: notify.receivers.ops.url: " + asReference}},
		{"a webhook as it is, and its key", "notify:\n  receivers:\n    ops:\n      webhook: https://hunter2\n      secret: whsec_hunter2\n", []string{
			"4: notify.receivers.ops.webhook: " + asReference, "5: notify.receivers.ops.secret: " + asReference,
		}},
		{"a receiver that leads nowhere", "notify:\n  receivers:\n    ops: {}\n", []string{
			"3: notify.receivers.ops lacks url or webhook: docs/notify.md has one for each kind of receiver",
		}},
		{"two addresses", "notify:\n  receivers:\n    ops: {url: 'env:A', webhook: 'env:B', secret: 'env:C'}\n", []string{
			"3: notify.receivers.ops.webhook is set beside url: keep one of them, or make two receivers",
		}},
		{"a webhook without a key", "notify:\n  receivers:\n    ops: {webhook: 'env:B'}\n", []string{
			"3: notify.receivers.ops lacks secret, by which the receiver knows that a message is Longhaul's: set it to env:NAME or file:PATH, where " +
				"whsec_ and 32 random bytes in base64 are (openssl rand -base64 32 makes them)",
		}},
		{"a key without a webhook", "notify:\n  receivers:\n    ops: {url: 'env:A', secret: 'env:C'}\n", []string{
			"3: notify.receivers.ops.secret is for webhook only: remove it, or set webhook",
		}},
		{"misspelt keys of messages", "notify:\n  stal: 5m\n  columns_lost: 0\n  receivers:\n    Ops: {url: 'env:A'}\n    ops: {urll: 'env:A', events: [faild, test]}\nui-url: x\n", []string{
			`2: notify: there is no setting "stal" here; did you mean stall?`,
			"3: notify.columns_lost: must be a whole number from 1 to 100",
			`5: notify.receivers: "Ops" is not a name for a receiver: use 1 to 40 of a-z, 0-9 and -, with no - at its ends`,
			`6: notify.receivers.ops: there is no setting "urll" here; did you mean url?`,
			`6: notify.receivers.ops.events: "faild" is not an event; did you mean failed?`,
			`7: there is no setting "ui-url" here; did you mean ui_url?`,
			"6: notify.receivers.ops lacks url or webhook: docs/notify.md has one for each kind of receiver",
		}},
		{"a receiver of a source that there is not", head + "    notify: {opps: {events: [held]}}\nnotify:\n  receivers:\n    ops: {url: 'env:A'}\n", []string{
			"7: sources.acme.notify: there is no receiver opps in notify.receivers; did you mean ops?",
		}},
		{"a receiver of a source where there is none", head + "    notify: {ops: {}}\n", []string{
			"7: sources.acme.notify: there is no receiver ops in notify.receivers; write it there first",
		}},
		{"links", "report: {url: longhaul.example.com}\nui_url: 'https://u:hunter2@x.example.com'\n", []string{
			"1: report.url: must be an address with which links begin, such as https://longhaul.example.com, without a login, a ? and a #",
			"2: ui_url: must be an address with which links begin, such as https://longhaul.example.com, without a login, a ? and a #",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) { findsMistakes(t, tt.text, tt.want) })
	}
}

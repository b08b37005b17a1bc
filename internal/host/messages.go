package host

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/notify/receiver"
	"longhaul/internal/notify/watch"
	"longhaul/internal/notify/words"
	"longhaul/internal/roster"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/telemetry"
)

// messages tell people of the sources of a process.
type messages struct {
	settings notify.Settings
	links    words.Links // without the namespace
	roster   *roster.Roster
	sender   *receiver.Sender
	logger   *zap.Logger

	instruments *telemetry.Instruments // count what became of messages; nil: nothing does
}

// newMessages readies them. What they read of the receivers' secrets is learned before it is used.
func newMessages(settings config.Config, members *roster.Roster, options Options) *messages {
	m := &messages{
		settings: settings.Notify, links: words.Links{UI: settings.UIURL, Page: settings.Report.URL}, roster: members,
		logger: options.Logger, instruments: options.Metrics.Instruments(),
	}
	m.instruments.KnowReceivers(m.settings.Names())
	if settings.Learn != nil {
		m.settings = m.settings.Watched(settings.Learn)
	}
	if m.logger == nil {
		m.logger = zap.NewNop()
	}
	m.sender = receiver.New(receiver.Options{UserAgent: "longhaul/" + options.Version, Logger: m.logger})
	return m
}

// own is what the settings of a source say of receivers; nil for a source that this process does not know, and for one that was connected:
// what holds for all sources holds for it.
func (m *messages) own(name string) source.Notify {
	member, err := m.roster.Get(name)
	if err != nil {
		return nil
	}
	return member.Notify
}

// desk sends the messages of activities.
func (m *messages) desk(store *staging.Store, next func(source string) time.Time) *desk.Desk {
	return &desk.Desk{
		Store: store, Settings: m.settings, Own: m.own, Send: m.send, Next: next, Logger: m.logger,
		Links: func(ctx context.Context) words.Links {
			links := m.links
			links.Namespace = activity.GetInfo(ctx).Namespace
			return links
		},
	}
}

// send sends a message, and counts what became of it.
func (m *messages) send(ctx context.Context, message notify.Message, wanted []notify.Asking) []notify.Told {
	all := m.sender.Send(ctx, message, wanted)
	for _, told := range all {
		m.instruments.Notified(told)
	}
	return all
}

// watch tells what no sync can.
func (m *messages) watch(w *Workers) *watch.Watch {
	h := w.host
	return &watch.Watch{
		Store: h.store, Settings: m.settings, Own: m.own, Pace: h.pace, Left: m.roster.Left, Scheduled: h.schedules.ledger.Listed,
		Served: func() []string {
			served, _ := w.Served()
			return served
		},
		Running: func(ctx context.Context) (map[string]time.Time, error) {
			syncs, err := w.syncs.List(ctx)
			return syncs.Began, err
		},
		World: &watch.Temporal{
			Client: w.client, Server: h.schedules.at(w.client, h.polls.Namespace()), Store: h.store,
			How: func(ctx context.Context, workflowID, runID string) (history.Fate, error) {
				return HowEnded(ctx, w.client, workflowID, runID)
			},
		},
	}
}

package workflows

import (
	"fmt"
	"strings"

	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
	"longhaul/workflows/operator"
)

// rest is what is left of a sync that describes, as a progress shows it; nil where nobody can know it: what is to be described is not
// planned yet, somebody must act first, a step failed and may fail again, or something else is in the way whose end nobody knows.
func (d *display) rest(p *Progress) *forecast.Rest {
	s, at := d.state, d.instead
	describes := d.flight != nil && (s.Phase == PhaseDescribe || s.Phase == PhaseCatchUp)
	held := at.phase != "" || at.refused != nil || at.retries || p.Trouble != "" || at.why != "" && at.until.IsZero() && s.Quota.Room(p.Updated) > 0
	if d.outcome != "" || !describes || held {
		return nil
	}
	rest := forecast.Rest{
		Budget: s.Quota, Probe: s.probe(), Pace: s.Pace, InFlight: s.Auth.MaxInFlight, Reports: p.ToDescribe - p.Done,
	}
	if rest.Running = p.Done - s.Reports; rest.Running <= 0 {
		rest.Running = d.flight.Done(s.Pace, p.Updated)
		rest.Reports -= rest.Running
	} else if !s.Pace.Known() {
		rest.Pace.Add(rest.Running, rest.Running, d.flight.Held(p.Updated))
	}
	rest.Reports = max(rest.Reports, 0)
	if s.Round < 2 {
		rest.Reports += s.Deferred
		rest.Listings = int64(len(listing.Kinds))
	}
	if at.why != "" && s.Quota.Room(p.Updated) > 0 {
		rest.Begins = at.until
	}
	return &rest
}

// foretell adds the forecast to a progress, as of the moment that its counts are of.
func (d *display) foretell(p *Progress) {
	p.Forecast = nil
	rest := d.rest(p)
	if rest == nil {
		return
	}
	if f, err := rest.At(p.Updated); err == nil {
		f.Spans = nil
		p.Forecast = &f
	}
}

// answer is the progress with its forecast.
func (d *display) answer() Progress {
	p := d.progress()
	d.foretell(&p)
	return p
}

// left says how long the rest takes, where that is known, and ends the text before the list.
func (b *page) left(p Progress) {
	if p.Forecast != nil {
		b.text("**Time left:** %s.", p.Forecast.Words())
	}
	b.WriteString("\n")
}

// quota says how much of the org's API calls is used: what the org said, or what the sync alone has made since, where that is more.
func (b *page) quota(p Progress) {
	q := p.Quota
	if q == nil {
		return
	}
	said := "as it said at " + humanize.Moment(q.At)
	if p.APICalls > q.Reported && p.Updated.Sub(p.Started) < quota.Window {
		said = fmt.Sprintf("of which this sync has made %s; at %s it said %s", humanize.Number(p.APICalls), humanize.Moment(q.At), humanize.Number(q.Reported))
		q.Reported = p.APICalls
	}
	bounds := ""
	if q.Ceiling > 0 { // the login tells them
		bounds = fmt.Sprintf("; this sync stops at %d %% of them, and the source may use %d %%", q.Ceiling, q.Share)
	}
	b.line("The org has used at least %s of its %s API calls of the last 24 hours, %s%s",
		humanize.Number(q.Reported), humanize.Number(q.Max), said, bounds)
}

// Why says in words what the sync waits for. A screen says until when before it, so the sentence need not.
func (p Progress) Why() string {
	if p.Until == nil {
		return p.Waiting
	}
	return strings.TrimSuffix(p.Waiting, quota.ComeBack(*p.Until))
}

// moreQuota names the percentages that let a sync go on now; none where a wider quota brings nothing.
func moreQuota(source string, wider quota.Policy) string {
	var flags, fields []string
	for _, part := range []struct {
		name    string
		percent int
	}{{"ceiling", wider.Ceiling}, {"share", wider.Share}} {
		if part.percent > 0 {
			flags = append(flags, fmt.Sprintf("--%s %d", part.name, part.percent))
			fields = append(fields, fmt.Sprintf("%q:%d", part.name, part.percent))
		}
	}
	if len(flags) == 0 {
		return "nothing, it continues by itself"
	}
	return fmt.Sprintf("nothing, it continues by itself; to let it use more: `%s set-quota %s %s` (update `%s` with `{%s}`)",
		Program, source, strings.Join(flags, " "), operator.SetQuota, strings.Join(fields, ","))
}

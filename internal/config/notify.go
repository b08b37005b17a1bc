package config

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
	"longhaul/internal/source"
	"longhaul/internal/spelling"
)

const receiversPath = "notify.receivers"

// notifySettings are the settings of messages for all sources.
func notifySettings() []setting {
	return []setting{
		{name: "stall", kind: duration, least: 10 * time.Second, most: 24 * time.Hour},
		{name: "columns_lost", kind: integer, low: 1, high: 100},
		{name: "leave_to_alerts", kind: boolean},
		{name: "receivers", kind: named, check: notify.CheckName, fields: receiverSettings},
	}
}

var receiverSettings = []setting{
	{name: "url", kind: secret},
	{name: "webhook", kind: secret},
	{name: "secret", kind: secret},
	{name: "events", kind: list, normal: notify.CheckEvent},
}

// checkLink refuses an address with which no link can begin.
func checkLink(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fault.Invalidf("must be an address with which links begin, such as https://longhaul.example.com, without a login, a ? and a #")
	}
	return nil
}

// namesUnder lists the named sections that any layer mentions below a path.
func namesUnder(v values, path string) []string {
	var names []string
	for at := range v.origins {
		if rest, below := strings.CutPrefix(at, path+"."); below {
			name, _, _ := strings.Cut(rest, ".")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkNotify finds what does not go together in the settings of messages.
func checkNotify(v values, mistakes *Mistakes) {
	receivers := namesUnder(v, receiversPath)
	for _, name := range receivers {
		checkReceiver(v, receiversPath+"."+name, mistakes)
	}
	for _, of := range sourceNames(v) {
		at := "sources." + of + ".notify"
		for _, name := range namesUnder(v, at) {
			if slices.Contains(receivers, name) {
				continue
			}
			advice := "write it there first"
			if near := spelling.Nearest(name, receivers); near != "" {
				advice = "did you mean " + near + "?"
			} else if len(receivers) > 0 {
				advice = "known there: " + strings.Join(receivers, ", ")
			}
			mistakes.add(v.near(at+"."+name), "%s: there is no receiver %s in %s; %s", at, name, receiversPath, advice)
		}
	}
}

// checkReceiver finds what a receiver lacks, and what it has twice.
func checkReceiver(v values, at string, mistakes *Mistakes) {
	has := func(name string) bool { return v.has(at+"."+name) || noted(*mistakes, at+"."+name) }
	switch {
	case has("url") && has("webhook"):
		mistakes.add(v.near(at+".webhook"), "%s.webhook is set beside url: keep one of them, or make two receivers", at)
	case has("webhook") && !has("secret"):
		mistakes.add(v.near(at), "%s lacks secret, by which the receiver knows that a message is Longhaul's: set it to env:NAME or file:PATH, where "+
			"whsec_ and 32 random bytes in base64 are (openssl rand -base64 32 makes them)", at)
	case has("secret") && !has("webhook"):
		mistakes.add(v.near(at+".secret"), "%s.secret is for webhook only: remove it, or set webhook", at)
	case !has("url") && !has("webhook"):
		mistakes.add(v.near(at), "%s lacks url or webhook: docs/notify.md has one for each kind of receiver", at)
	}
}

// notify makes the settings of messages.
func (in Input) notify(r raw, v values, fileDir string) (notify.Settings, error) {
	settings := notify.Settings{Stall: r.Notify.Stall, ColumnsLost: r.Notify.ColumnsLost, LeaveToAlerts: r.Notify.LeaveToAlerts}
	var wrong error
	for _, name := range namesUnder(v, receiversPath) {
		at := receiversPath + "." + name + "."
		one := notify.Configured{Name: name}
		wrong = errors.Join(wrong, in.refer(v, at, fileDir, []secretOf{
			{"url", v.text(at + "url"), &one.URL}, {"webhook", v.text(at + "webhook"), &one.Webhook}, {"secret", v.text(at + "secret"), &one.Secret},
		}))
		if events, set := v.data[at+"events"].([]string); set {
			one.Events = []notify.Event{}
			for _, event := range events {
				one.Events = append(one.Events, notify.Event(event))
			}
		}
		settings.Receivers = append(settings.Receivers, one)
	}
	return settings, wrong
}

// notifyOf are the receivers of which the settings of a source say what they get.
func notifyOf(v values, at string) source.Notify {
	var of source.Notify
	for _, name := range namesUnder(v, at+"notify") {
		events, set := v.data[at+"notify."+name+".events"].([]string)
		if !set {
			continue
		}
		if of == nil {
			of = source.Notify{}
		}
		of[name] = events
	}
	return of
}

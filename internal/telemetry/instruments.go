package telemetry

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
)

// other stands in a label for what is not in its closed set, so that no stranger's text makes a series.
const other = "other"

// The outcomes beside the classes of errors.
const (
	outcomeOK        = "ok"
	outcomeAbsent    = "absent"    // the bucket has no such object
	outcomeCancelled = "cancelled" // whoever asked was stopped
	outcomeFailed    = "failed"
)

// classes are those of errors, which outcomes name.
var classes = []fault.Class{
	fault.LoginRefused, fault.SessionExpired, fault.SessionPolicy, fault.PermissionMissing, fault.QuotaExhausted, fault.Throttled, fault.Gone,
	fault.Obsolete, fault.Unsupported, fault.Transient, fault.Poison, fault.Invalid,
}

// buckets bound the histograms, in seconds: from an answer within a datacenter to a timeout of a minute and a file of many.
var buckets = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// Instruments count what the clients of a process do. A nil one counts nothing: its hooks are nil, so that nobody calls them.
type Instruments struct {
	requests, bucketRequests, bucketBytes, logins, notifications, deliveries, missed *prometheus.CounterVec
	seconds, bucketSeconds                                                           *prometheus.HistogramVec

	sources   atomic.Pointer[func(string) bool]
	receivers atomic.Pointer[[]string]
}

// NewInstruments makes the instruments of a registry.
func NewInstruments(registry prometheus.Registerer) *Instruments {
	counter := func(name string, labels ...string) *prometheus.CounterVec {
		made := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: Help(name)}, labels)
		registry.MustRegister(made)
		return made
	}
	histogram := func(name string, labels ...string) *prometheus.HistogramVec {
		made := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: Help(name), Buckets: buckets}, labels)
		registry.MustRegister(made)
		return made
	}
	i := &Instruments{
		requests:       counter(MetricRequests, "system", "route", "outcome"),
		seconds:        histogram(MetricRequestSeconds, "system", "route"),
		bucketRequests: counter(MetricBucketRequests, "operation", "outcome"),
		bucketSeconds:  histogram(MetricBucketSeconds, "operation"),
		bucketBytes:    counter(MetricBucketBytes, "direction"),
		logins:         counter(MetricLogins, "source", "outcome"),
		notifications:  counter(MetricNotifications, "receiver", "event", "outcome"),
		deliveries:     counter(MetricDeliveries, "source", "export", "outcome"),
		missed:         counter(MetricScheduleMissed, "source"),
	}
	i.KnowReceivers(nil)
	return i
}

// KnowSources gives what says whether a source is in the settings or connected.
func (i *Instruments) KnowSources(known func(name string) bool) {
	if i != nil {
		i.sources.Store(&known)
	}
}

// KnowReceivers gives the receivers of messages that the settings name. Their series begin at zero, so that a rule sees the first failure.
func (i *Instruments) KnowReceivers(names []string) {
	if i == nil {
		return
	}
	names = append(slices.Clone(names), other)
	i.receivers.Store(&names)
	for _, name := range names {
		for _, row := range notify.Table {
			for _, outcome := range []string{outcomeOK, outcomeFailed} {
				i.notifications.WithLabelValues(name, string(row.Event), outcome).Add(0)
			}
		}
	}
}

// source is the label of a source.
func (i *Instruments) source(name string) string {
	if known := i.sources.Load(); known != nil && (*known)(name) {
		return name
	}
	return other
}

// Requests counts the requests to a system, whose routes are the given ones.
func (i *Instruments) Requests(system fault.System, routes ...string) func(route string, took time.Duration, err error) {
	if i == nil {
		return nil
	}
	return func(route string, took time.Duration, err error) {
		if !slices.Contains(routes, route) {
			route = other
		}
		i.requests.WithLabelValues(string(system), route, Outcome(err)).Inc()
		i.seconds.WithLabelValues(string(system), route).Observe(took.Seconds())
	}
}

// Login counts a login of a source.
func (i *Instruments) Login(source string, err error) {
	if i != nil {
		i.logins.WithLabelValues(i.source(source), Outcome(err)).Inc()
	}
}

// Delivered counts a file of an export that was sent to its target, or was not. The export must be of a closed set.
func (i *Instruments) Delivered(source, export string, err error) {
	if i != nil {
		i.deliveries.WithLabelValues(i.source(source), export, Outcome(err)).Inc()
	}
}

// Notified counts what became of a message at one receiver.
func (i *Instruments) Notified(told notify.Told) {
	if i == nil {
		return
	}
	receiver, event, outcome := told.Receiver, string(told.Event), outcomeOK
	if told.Failure != "" {
		outcome = outcomeFailed
	}
	if !slices.Contains(*i.receivers.Load(), receiver) {
		receiver = other
	}
	if !slices.ContainsFunc(notify.Table, func(row notify.Row) bool { return string(row.Event) == event }) {
		event = other
	}
	i.notifications.WithLabelValues(receiver, event, outcome).Inc()
}

// StartAtZero begins the series of a source at zero, so that the first of what is counted is seen to have come.
func (i *Instruments) StartAtZero(source string) {
	if i != nil {
		i.missed.WithLabelValues(i.source(source)).Add(0)
		i.logins.WithLabelValues(i.source(source), outcomeOK).Add(0)
	}
}

// StartDeliveriesAtZero does so for the files of an export that has a target. The export must be of a closed set.
func (i *Instruments) StartDeliveriesAtZero(source, export string) {
	if i != nil {
		i.deliveries.WithLabelValues(i.source(source), export, outcomeOK).Add(0)
	}
}

// Missed counts runs of the schedule of a source that did not come.
func (i *Instruments) Missed(source string, runs int64) {
	if i != nil {
		i.missed.WithLabelValues(i.source(source)).Add(float64(max(runs, 0)))
	}
}

// Forget drops the series of a source that is served no more.
func (i *Instruments) Forget(source string) {
	if i == nil {
		return
	}
	for _, vec := range []*prometheus.CounterVec{i.logins, i.deliveries, i.missed} {
		vec.DeletePartialMatch(prometheus.Labels{"source": source})
	}
}

// Bucket counts the requests to the bucket; nil counts none.
func (i *Instruments) Bucket() *BucketMeter {
	if i == nil {
		return nil
	}
	return &BucketMeter{i}
}

// BucketMeter counts the requests to a bucket. See bucket.Observer.
type BucketMeter struct{ instruments *Instruments }

// Request counts one request. An object that is absent is an answer and no failure.
func (b *BucketMeter) Request(operation string, took time.Duration, absent bool, err error) {
	outcome := Outcome(err)
	if absent {
		outcome = outcomeAbsent
	}
	b.instruments.bucketRequests.WithLabelValues(operation, outcome).Inc()
	b.instruments.bucketSeconds.WithLabelValues(operation).Observe(took.Seconds())
}

// Bytes counts what was read or written.
func (b *BucketMeter) Bytes(direction string, n int64) {
	b.instruments.bucketBytes.WithLabelValues(direction).Add(float64(n))
}

// Outcome is how an error stands in a label: ok, its class, cancelled, or other.
func Outcome(err error) string {
	f := fault.From(err)
	switch {
	case err == nil:
		return outcomeOK
	case f != nil && slices.Contains(classes, f.Class):
		return string(f.Class)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return outcomeCancelled
	default:
		return other
	}
}

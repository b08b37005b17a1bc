package e2e_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	// The drivers that the mains link.
	_ "gocloud.dev/blob/azureblob"
	_ "gocloud.dev/blob/gcsblob"
	_ "gocloud.dev/blob/s3blob"

	"longhaul/internal/simulator/server"
	"longhaul/internal/storetest"
	"longhaul/workflows"
)

// overNetwork is a station whose bucket is reached over a network, through a proxy.
type overNetwork struct {
	*station
	sim   *server.Server
	proxy *storetest.Proxy
	usual int               // describes of a sync that nothing disturbs
	want  map[string]string // its files
}

// bucketOrg is the org of these tests, as large as the make target says.
func bucketOrg(t *testing.T) server.Options {
	t.Helper()
	return server.Options{Reports: number(t, "REPORTS", 2000), Columns: 5, TypeMetadata: 10_000, Latency: 150 * time.Millisecond}
}

func newOverNetwork(t *testing.T, kind storetest.Kind) *overNetwork {
	t.Helper()
	store := storetest.Start(t, kind)
	store.Make(t, "longhaul")
	o := &overNetwork{sim: simulate(t, bucketOrg(t)), proxy: storetest.NewProxy(t, store)}
	o.station = newStation(t, o.sim.Ready(), "    max_in_flight: 24\n")
	o.bucket = storetest.URL(kind, "longhaul", o.proxy.URL) + prefixed(kind)
	o.environ = append(append(o.environ, storetest.Environ(kind, o.proxy.URL)...), "LONGHAUL_STORAGE="+o.bucket)
	if err := storetest.LogIn(kind, o.proxy.URL); err != nil {
		t.Fatal(err)
	}
	return o
}

// prefixed keeps the tests to a part of the bucket, as a deployment that shares one does.
func prefixed(kind storetest.Kind) string {
	if kind == storetest.Google {
		return "?prefix=part/of/it/"
	}
	return "&prefix=part/of/it/"
}

// sync starts a sync and lets something happen beside it once half of the describes are made. It gives the result and how many
// describes were made.
func (o *overNetwork) sync(
	t *testing.T, serve *process, input workflows.Input, beside func(progress func() workflows.Progress),
) (workflows.Result, int) {
	t.Helper()
	before := describesOf(o.sim).total
	c := connect(t, serve)
	run := running{begin(t, c, "acme", input), c}
	if beside != nil {
		eventually(t, longest, func() bool { return describesOf(o.sim).total-before >= bucketOrg(t).Reports/2 })
		beside(func() workflows.Progress { return run.progress(t) })
	}
	result := outcome(t, run)
	run.logAttempts(t)
	return result, describesOf(o.sim).total - before
}

// TestBuckets runs a first sync with a kill, one that reuses it, and whole ones during which the bucket refuses and fails, on a
// server of each kind.
func TestBuckets(t *testing.T) {
	for _, kind := range storetest.Kinds {
		t.Run(string(kind), func(t *testing.T) {
			o := newOverNetwork(t, kind)
			o.want = undisturbed(t, o.sim)
			o.usual = describesOf(o.sim).total
			o.once(t)
			o.fresh()
			serve := o.killed(t)
			if _, described := o.sync(t, serve, workflows.Input{Source: "acme"}, nil); described > o.usual/50 { // some are tried again each time
				t.Errorf("a sync of what has not changed made %d describes", described)
			}
			t.Run("writes refused", func(t *testing.T) { o.writesRefused(t, kind, serve) })
			t.Run("bad weather", func(t *testing.T) { o.badWeather(t, kind, serve) })
			if err := serve.cmd.Process.Signal(syscall.Signal(0)); err != nil {
				t.Errorf("serve has ended: %v\n%s", err, serve.logged(t))
			}
			serve.terminate(t)
			o.wrongSettings(t, kind)
		})
	}
}

// fresh turns to another part of the bucket, in which no sync was.
func (o *overNetwork) fresh() {
	for i, variable := range o.environ {
		if variable == "LONGHAUL_STORAGE="+o.bucket {
			o.bucket = strings.Replace(o.bucket, "part/of/it/", "another/part/", 1)
			o.environ[i] = "LONGHAUL_STORAGE=" + o.bucket
		}
	}
}

// require compares a sync that met trouble with the undisturbed one, and gives how many describes were repeated.
func (o *overNetwork) require(t *testing.T, result workflows.Result, described int) (repeated int) {
	t.Helper()
	requireSettled(t, result)
	requireContents(t, o.want, o.contents(t, result))
	return described - o.usual
}

// once is a first sync without trouble, for its figures.
func (o *overNetwork) once(t *testing.T) {
	t.Helper()
	serve := o.serve(t)
	requests, began := o.proxy.Requests(), time.Now()
	result, described := o.sync(t, serve, workflows.Input{Source: "acme"}, nil)
	kind, _, _ := strings.Cut(o.bucket, ":")
	table(t, [][]any{
		{"bucket", "reports", "describes", "seconds", "requests to the bucket", "peak memory MiB"},
		{kind, result.Kinds.Reports, described, time.Since(began).Seconds(), o.proxy.Requests() - requests, usageOf(t, serve).peak >> 20},
	})
	o.require(t, result, described)
	serve.terminate(t)
}

// killed is a first sync whose serve is killed in the middle; it gives the serve that saw the end.
func (o *overNetwork) killed(t *testing.T) *process {
	t.Helper()
	before := describesOf(o.sim).total
	k := &killer{sim: o.sim, station: o.station, at: []int{before + o.usual/2 + 1}}
	result := k.run(t)
	repeated := o.require(t, result, describesOf(o.sim).total-before)
	t.Logf("a kill had %d describes repeated", repeated)
	if repeated > mostRepeated {
		t.Errorf("a kill had %d describes repeated, want at most %d", repeated, mostRepeated)
	}
	return k.serves[len(k.serves)-1]
}

// refusedFor is how long all that is written is refused.
func refusedFor(t *testing.T) time.Duration {
	t.Helper()
	return time.Duration(number(t, "REFUSED", 60)) * time.Second
}

// writesRefused has all that is written refused in the middle of a sync.
func (o *overNetwork) writesRefused(t *testing.T, kind storetest.Kind, serve *process) {
	result, described := o.sync(t, serve, workflows.Input{Source: "acme", Mode: workflows.ModeFull}, func(progress func() workflows.Progress) {
		o.proxy.Set(storetest.Refusal(kind, http.StatusForbidden, "AuthorizationFailure", storetest.Writes...))
		ends := time.Now().Add(refusedFor(t))
		eventually(t, longest, func() bool { return time.Now().After(ends) })
		if p := progress(); p.Phase == workflows.PhaseBlocked {
			t.Errorf("it blocks: %+v", p)
		}
		o.proxy.Set(nil)
	})
	repeated := o.require(t, result, described)
	t.Logf("writes that were refused for %s had %d describes repeated", refusedFor(t), repeated)
	if repeated > 0 {
		t.Errorf("%d describes were repeated, want none", repeated)
	}
}

// badWeather has the bucket fail in one way after the other in the middle of a sync.
func (o *overNetwork) badWeather(t *testing.T, kind storetest.Kind, serve *process) {
	weather := map[string]storetest.Fault{
		"a portal":     storetest.Page(http.StatusForbidden),
		"a login page": storetest.Page(http.StatusOK, http.MethodGet),
		"a clock":      storetest.Refusal(kind, http.StatusForbidden, "RequestTimeTooSkewed"),
		"ended":        storetest.Refusal(kind, http.StatusUnauthorized, "ExpiredToken"),
		"full":         storetest.Refusal(kind, http.StatusInsufficientStorage, "InsufficientStorage", storetest.Writes...),
		"unknown":      storetest.Refusal(kind, http.StatusNotImplemented, "NotImplemented", storetest.Writes...),
		"slow down":    storetest.Refusal(kind, http.StatusServiceUnavailable, "SlowDown"),
		"lost":         storetest.Drop(),
		"half":         storetest.Truncate(http.MethodGet),
	}
	if wholeSize() { // what hangs is given up after two minutes
		weather["a silent server"] = storetest.Hang()
	}
	result, described := o.sync(t, serve, workflows.Input{Source: "acme", Mode: workflows.ModeFull}, func(func() workflows.Progress) {
		for name, fault := range weather {
			o.proxy.Set(fault)
			ends := time.Now().Add(refusedFor(t) / 20)
			eventually(t, longest, func() bool { return time.Now().After(ends) })
			o.proxy.Set(nil)
			t.Logf("%s is over", name)
		}
		o.proxy.Set(storetest.Refusal(kind, http.StatusForbidden, "AccessDenied", http.MethodDelete)) // as a lock on objects does, to the end
	})
	o.proxy.Set(nil)
	t.Logf("faults of all kinds had %d describes repeated", o.require(t, result, described))
}

// wrongSettings starts serve with what people get wrong, and looks at what it says.
func (o *overNetwork) wrongSettings(t *testing.T, kind storetest.Kind) {
	tests := map[string]struct{ environ, want string }{}
	switch kind {
	case storetest.S3:
		tests["a wrong key"] = struct{ environ, want string }{"AWS_ACCESS_KEY_ID=nobody", "InvalidAccessKeyId (403)"}
		tests["a wrong secret"] = struct{ environ, want string }{"AWS_SECRET_ACCESS_KEY=nothing-like-it", "SignatureDoesNotMatch (403)"}
	case storetest.Azure:
		tests["a wrong key"] = struct{ environ, want string }{"AZURE_STORAGE_KEY=bm90aGluZyBsaWtlIGl0", "AuthorizationFailure (403)"}
	case storetest.Google:
	}
	tests["no bucket"] = struct{ environ, want string }{
		"LONGHAUL_STORAGE=" + strings.Replace(o.bucket, "//longhaul", "//nothing", 1), "there is no bucket " + string(kind) + "://nothing",
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := *o.station
			s.environ = append(append([]string{}, s.environ...), test.environ)
			serve := s.serve(t)
			eventually(t, time.Minute, func() bool { return strings.Contains(serve.logged(t), test.want) })
			serve.terminate(t)
		})
	}
}

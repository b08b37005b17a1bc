package org

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/permission"
)

// answer is what came of one question. One that was not asked has no error.
type answer[T any] struct {
	value T
	asked bool
	err   error
}

func (a *answer[T]) known() bool { return a.asked && a.err == nil }

// facts is what the org answered. Rows are made of it once everything was asked.
type facts struct {
	Params

	login    error
	loggedIn time.Time // by Salesforce's clock; zero when it did not say
	logins   int64     // that the meter had counted before
	identity salesforce.Identity
	scope    string

	rights  answer[permission.Set] // the first call
	user    answer[salesforce.SetupUser]
	sets    answer[[]salesforce.PermissionSet]
	visible map[listing.Kind]*answer[int64]
	private answer[int64]
	listed  answer[map[string]int64] // the record counts, by object
	report  answer[described]
	history answer[[]salesforce.RecordedLogin]
	used    answer[salesforce.LimitInfo]
	clock   answer[clocks]
}

// shownLogins is how many logins of the run-as user are read.
const shownLogins = 5

// ask asks everything: the login first, then what the user may, then the rest at once, as far as there is a right to it.
func (b bounds) ask(ctx context.Context, p Params) *facts {
	f := &facts{Params: p, logins: p.Meter.Logins(), visible: make(map[listing.Kind]*answer[int64])}
	for _, k := range seen {
		f.visible[k] = new(answer[int64])
	}
	p.Client.Renew(time.Now()) // a session that lives on says nothing of the credentials
	f.login = bounded(ctx, b.call, func(ctx context.Context) (err error) {
		f.identity, err = p.Client.Login(ctx)
		return err
	})
	f.loggedIn = p.Meter.Date()
	if f.login == nil {
		f.scope = p.Client.Scope()
		client := p.Client.As(f.identity.OrgID, f.identity.UserID)
		put(ctx, b.call, &f.rights, func(ctx context.Context) (permission.Set, error) { return client.Permissions(ctx, excessNames()...) })
		if f.stopped() == nil {
			f.askRest(ctx, client, b)
		}
		f.askUsage(ctx, client, b)
	}
	put(ctx, b.call, &f.clock, f.readClocks)
	return f
}

// askRest asks what depends on neither order nor each other.
func (f *facts) askRest(ctx context.Context, client *salesforce.Client, b bounds) {
	var group errgroup.Group
	most := atOnce
	if f.MaxInFlight > 0 {
		most = min(most, f.MaxInFlight)
	}
	group.SetLimit(most)
	then(ctx, b.call, &group, &f.user, func(ctx context.Context) (salesforce.SetupUser, error) {
		return client.Setup().User(ctx, f.identity.UserID)
	})
	for _, k := range seen {
		then(ctx, b.call, &group, f.visible[k], func(ctx context.Context) (int64, error) { return client.Count(ctx, k.Query(nil)) })
	}
	if f.has(manageAllPrivate) == granted {
		then(ctx, b.call, &group, &f.private, func(ctx context.Context) (int64, error) {
			return client.Count(ctx, listing.OthersPrivate(f.identity.UserID))
		})
	}
	if f.has(viewSetup) == granted {
		then(ctx, b.call, &group, &f.sets, func(ctx context.Context) ([]salesforce.PermissionSet, error) {
			return client.Setup().PermissionSets(ctx, f.identity.UserID)
		})
		if f.hides() {
			then(ctx, b.call, &group, &f.listed, func(ctx context.Context) (map[string]int64, error) {
				return client.Setup().RecordCounts(ctx, listing.Reports.Object(), listing.Dashboards.Object())
			})
		}
	}
	if f.has(runReports) != lacking {
		then(ctx, b.all, &group, &f.report, func(ctx context.Context) (described, error) { return b.describeOne(ctx, client) })
	}
	then(ctx, b.call, &group, &f.history, func(ctx context.Context) ([]salesforce.RecordedLogin, error) {
		return client.Setup().Logins(ctx, f.identity.UserID, shownLogins)
	})
	_ = group.Wait() // each answer has its own error
}

// then asks in a goroutine of the group, and keeps the answer.
func then[T any](
	ctx context.Context, most time.Duration, group *errgroup.Group, into *answer[T], question func(context.Context) (T, error),
) {
	group.Go(func() error {
		put(ctx, most, into, question)
		return nil
	})
}

// put asks, and keeps the answer.
func put[T any](ctx context.Context, most time.Duration, into *answer[T], question func(context.Context) (T, error)) {
	into.asked = true
	into.err = bounded(ctx, most, func(ctx context.Context) (err error) {
		into.value, err = question(ctx)
		return err
	})
}

// bounded bounds the time of one question. A panic is an error of this question alone.
func bounded(ctx context.Context, most time.Duration, question func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	return fault.Caught(func() error { return question(ctx) })
}

package question

import (
	"context"
	"net/url"
	"time"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/item"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

// lookUpCalls is the most API calls that a look-up makes: one, and what is tried again.
const lookUpCalls = 4

// lookUp looks records up in the org of a source. It counts its API calls where those of syncs are counted.
type lookUp struct {
	store  *staging.Store
	source *activities.Source
}

// subjects are the objects of the kinds that can be looked up.
var subjects = map[item.Kind]salesforce.Subject{
	item.Report:    {Object: "Report", Name: "Name", Bin: true},
	item.Dashboard: {Object: "Dashboard", Name: "Title", Bin: true},
	item.Component: {Object: "DashboardComponent", Name: "Name"},
	item.Folder:    {Object: "Folder", Name: "Name"},
}

// LookUp asks for one record by its Id.
func (l *lookUp) LookUp(ctx context.Context, kind item.Kind, id string) (answer.Found, error) {
	subject, known := subjects[kind]
	if !known {
		return answer.Found{}, fault.Invalidf("there is nothing to look up of kind %.20q", string(kind))
	}
	log, attempt := usage.Of(l.store, l.source.Name), attemptOf(ctx)
	sum, err := log.Read(ctx, attempt, time.Now())
	if err == nil {
		_, err = activities.Room(ctx, l.source, quota.Policy{}, sum, lookUpCalls)
	}
	if err == nil {
		err = log.Reserve(ctx, attempt, lookUpCalls, time.Time{}, time.Now())
	}
	if err != nil {
		return answer.Found{}, err
	}
	meter := new(salesforce.Meter)
	metered := salesforce.WithCallBudget(salesforce.WithMeter(ctx, meter), salesforce.NewCallBudget(lookUpCalls, 0))
	seen, err := l.seen(metered, subject, id)
	// What was made is noted also of a look-up that was stopped.
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), tallyTimeout)
	defer cancel()
	if failed := log.Record(noting, attempt, meter.Calls(), meter.Calls()-meter.Certain(), reportedTo(meter), time.Now()); err == nil {
		err = failed
	}
	return answer.Found{Visible: seen.Found && !seen.Deleted, Deleted: seen.Deleted, Name: seen.Name, Calls: meter.Calls()}, err
}

func (l *lookUp) seen(ctx context.Context, of salesforce.Subject, id string) (salesforce.Seen, error) {
	identity, err := l.source.Salesforce.Login(ctx)
	if err != nil {
		return salesforce.Seen{}, err
	}
	return l.source.Salesforce.As(identity.OrgID, identity.UserID).LookUp(ctx, of, id)
}

// hostOf is the host of a source's org.
func hostOf(source *activities.Source) string {
	if source.Salesforce == nil {
		return ""
	}
	base, err := url.Parse(source.Salesforce.BaseURL())
	if err != nil {
		return ""
	}
	return base.Hostname()
}

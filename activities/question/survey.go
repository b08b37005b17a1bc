package question

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/description"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// count counts the records of a kind, pass by pass.
func (s *survey) count(ctx context.Context, kind listing.Kind) error {
	var passes []int64
	for _, query := range kind.Passes(s.source.Private) {
		n, err := s.client.Count(ctx, query)
		if fault.Is(err, fault.PermissionMissing) {
			s.unknown("how many %s there are (%s)", kind, fault.Sentence(err))
			err = nil
		}
		if err != nil {
			return err
		}
		passes = append(passes, n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in.Passes[kind] = passes
	if len(passes) > 1 {
		s.in.Unknown = append(s.in.Unknown, fmt.Sprintf("how many %s in private folders are counted twice", kind))
	}
	return nil
}

func (s *survey) unknown(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in.Unknown = append(s.in.Unknown, fmt.Sprintf(format, args...))
}

// known asks the bucket what the last recorded sync leaves to the next one, and Salesforce what has changed since.
func (s *survey) known(ctx context.Context, identity salesforce.Identity) error {
	user, err := s.client.RunAs(ctx, identity.UserID)
	if err != nil {
		return err
	}
	last, err := history.LastRecord(ctx, s.store, s.source.Name)
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return s.unfinished(ctx)
	case errors.Is(err, history.ErrRecordUnreadable):
		s.in.Known = estimate.Known{Sync: last.Sync, Why: warning.New(warning.RecordUnreadable, nil).Sentence()}
		return nil
	case err != nil:
		return err
	}
	s.in.Known = knownOf(last)
	s.last = last
	if last.Identity.OrgID == identity.OrgID && last.Private == s.source.Private {
		s.before = last.Kinds
	}
	now := description.Identity{
		OrgID: identity.OrgID, UserID: identity.UserID, Locale: user.Locale, APIVersion: s.source.APIVersion, Format: description.Format,
	}
	if s.in.Known.Why = unlike(last.Identity, now); s.in.Known.Why != "" {
		return s.unfinished(ctx)
	}
	for _, query := range changes(last.Started, s.source.Private) {
		n, err := s.client.Count(ctx, query)
		if query.Scope != "" && fault.Is(err, fault.PermissionMissing) {
			continue // the count of all private reports says so
		}
		if err != nil {
			s.in.Known.Changed = -1
			s.unknown("how many reports changed since the last sync (%s)", fault.Sentence(err))
			break
		}
		s.in.Known.Changed += n
	}
	return s.unfinished(ctx)
}

// vanished is of how many kinds fewer are seen than the last sync had. A sync looks up by Id what it misses of reports and dashboards.
func (s *survey) vanished() (kinds int64) {
	counts := s.in.Counts()
	for _, kind := range listing.LookedUpKinds {
		if counts[kind] < s.before[kind] {
			kinds++
		}
	}
	return kinds
}

// knownOf is what a record leaves to the next sync. Reports that it found gone are looked at again where they are listed.
func knownOf(last history.Record) estimate.Known {
	n := last.States
	return estimate.Known{
		Sync: last.Sync, Finished: last.Finished, Again: n[description.StateDenied] + n[description.StateFailed] + n[description.StateGone],
		Without: n[description.StateObsolete] + n[description.StateUnsupported],
	}
}

// unlike says why a sync with another identity than the last one reuses nothing; empty where it may.
func unlike(last, now description.Identity) string {
	field := last.Differs(now)
	if field == "" {
		return ""
	}
	why := warning.New(warning.IdentityChanged, warning.Params{"changed": field}).Sentence()
	if last.OrgID != now.OrgID {
		why += "; a sync that delivers holds until somebody approves that"
	}
	return why
}

// changes are the queries that count the reports that have changed since a moment, a pass of the listing each.
func changes(since time.Time, private bool) []salesforce.Query {
	passes := listing.Reports.Passes(private)
	for i := range passes {
		passes[i].Where += " AND LastModifiedDate >= " + since.UTC().Format("2006-01-02T15:04:05Z")
	}
	return passes
}

// unfinished says that syncs without a record may have described something that the next one reuses.
func (s *survey) unfinished(ctx context.Context) error {
	ids, recorded, err := history.Unrecorded(ctx, s.store, s.source.Name)
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id < recorded })
	if len(ids) > 0 {
		s.unknown("what unfinished syncs (%d) have described already: the next one reuses it, and a sync that runs now uses API calls too", len(ids))
	}
	return nil
}

// time sees how long a query and a describe take, over connections that are open. A refusal is quicker than a describe, so it tells no pace.
func (s *survey) time(ctx context.Context) error {
	began := time.Now()
	reports, err := s.client.Setup().RunReports(ctx, mostTried)
	if err != nil {
		return err
	}
	s.in.Latency = time.Since(began)
	if s.lacks("RunReports") {
		return nil // each describe would be refused
	}
	left := make(chan string, len(reports))
	for _, report := range reports {
		left <- report.ID
	}
	close(left)
	took := make([]time.Duration, samples)
	group, grouped := errgroup.WithContext(ctx)
	for i := range took {
		group.Go(fault.Guard(func() (err error) {
			took[i], err = s.describe(grouped, left)
			return err
		}))
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var sum time.Duration
	for _, one := range took {
		if one > 0 {
			sum += one
			s.in.Samples++
		}
	}
	if s.in.Samples > 0 {
		s.in.Describe = sum / time.Duration(s.in.Samples)
	}
	return nil
}

// describe describes reports until one is answered, and returns how long that took; zero where none was.
func (s *survey) describe(ctx context.Context, reports <-chan string) (time.Duration, error) {
	for id := range reports {
		began := time.Now()
		_, err := s.client.DescribeReport(ctx, id)
		if err == nil {
			return max(time.Since(began), 1), nil
		}
		if fault.Is(err, fault.Transient) {
			return 0, nil // the client has tried it several times
		}
		if !ofOne(err) {
			return 0, err
		}
	}
	return 0, nil
}

// ofOne says whether a describe failed so that another report may be answered. What concerns every report is an error.
func ofOne(err error) bool {
	for _, class := range []fault.Class{fault.PermissionMissing, fault.Gone, fault.Obsolete, fault.Unsupported, fault.Poison} {
		if fault.Is(err, class) {
			return true
		}
	}
	return false
}

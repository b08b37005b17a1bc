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
	s.in.Known = estimate.Known{
		Sync: last.Sync, Finished: last.Finished, Again: last.States[description.StateDenied] + last.States[description.StateFailed],
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

// time sees how long a query and a describe take, over connections that are open.
func (s *survey) time(ctx context.Context) error {
	began := time.Now()
	reports, err := s.client.Setup().RunReports(ctx, samples)
	if err != nil {
		return err
	}
	s.in.Latency = time.Since(began)
	took := make([]time.Duration, len(reports))
	group, grouped := errgroup.WithContext(ctx)
	for i, report := range reports {
		group.Go(fault.Guard(func() error {
			began := time.Now()
			_, err := s.client.DescribeReport(grouped, report.ID)
			ok, err := seen(err)
			if ok {
				took[i] = time.Since(began)
			}
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

// seen says whether a describe was answered, if only by a refusal of that report. What concerns every report is an error.
func seen(err error) (bool, error) {
	f := fault.From(err)
	switch {
	case err == nil:
		return true, nil
	case f == nil:
		return false, err
	}
	switch f.Class {
	case fault.PermissionMissing, fault.Gone, fault.Obsolete, fault.Unsupported:
		return true, nil
	case fault.Transient, fault.Poison:
		return false, nil // another report may be answered
	default:
		return false, err
	}
}

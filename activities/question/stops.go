package question

import (
	"context"
	"strconv"
	"strings"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/guard"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/warning"
)

// permissions asks what the run-as user may.
func (s *survey) permissions(ctx context.Context) error {
	may, err := s.client.Permissions(ctx)
	if fault.Is(err, fault.PermissionMissing) {
		s.unknown("which permissions the run-as user has, and so whether a sync would be held (%s)", fault.Sentence(err))
		err = nil
	}
	if err == nil {
		s.granted = may.Granted()
		s.in.LeftOut = !s.source.Private && s.granted[permission.ManageAllPrivate]
	}
	return err
}

// lacks reports whether the run-as user is known not to have a permission.
func (s *survey) lacks(name string) bool {
	has, known := s.granted[name]
	return known && !has
}

// hidden asks how many reports the org has, where the run-as user lacks a permission that shows all of them.
func (s *survey) hidden(ctx context.Context) {
	var lacks []string
	for _, name := range []string{"ViewPublicReports", "ViewPublicDashboards"} {
		if right, _ := permission.Find(name); s.lacks(name) {
			lacks = append(lacks, strconv.Quote(right.Label))
		}
	}
	if len(lacks) == 0 {
		return
	}
	s.in.Hidden = &estimate.Hidden{Permissions: lacks}
	if s.lacks("ViewSetup") || !s.lacks("ViewPublicReports") {
		return
	}
	object := listing.Reports.Object()
	if counts, err := s.client.Setup().RecordCounts(ctx, object); err == nil && counts[object] > s.in.Counts()[listing.Reports] {
		s.in.Hidden.Reports = counts[object]
	}
}

// stops compares what was counted with the last sync, as the guard of a sync does before it describes.
func (s *survey) stops(ctx context.Context, identity salesforce.Identity) error {
	delivers := delivers(s.source)
	before := history.NewestRecord
	if delivers {
		before = history.LastBaseline
	}
	last, known, err := before(ctx, s.store, s.source.Name)
	if err != nil {
		return err
	}
	s.in.Stops = stopsOf(guard.Input{
		Last: last, HasLast: known, Identity: description.Identity{OrgID: identity.OrgID}, Kinds: s.in.Counts(), Permissions: s.granted,
		Private: s.source.Private, MaxShrink: s.source.Guard.MaxShrink, AcceptMissing: s.source.AcceptMissing,
	}, delivers)
	return nil
}

// delivers says whether a sync delivers where nobody says otherwise.
func delivers(s *activities.Source) bool {
	for _, one := range s.Exports {
		if one.Target != nil {
			return true
		}
	}
	return false
}

// stopsOf are the concerns for which a sync would be held, and what it would fail by. A sync that delivers nothing is compared by its
// permissions alone.
func stopsOf(in guard.Input, delivers bool) (stops []estimate.Stop) {
	compare := guard.Permissions
	if delivers {
		compare = guard.Inventory
	}
	var named string // permissions that the sync asks about
	for _, c := range compare(in) {
		stops = append(stops, estimate.Stop{Code: string(c.Found.Code), What: c.Found.Sentence(), Vital: c.Vital})
		named += c.Found.Params["permissions"] + " "
	}
	for _, right := range permission.All {
		// The guard asks about none that the last sync lacked too, or that the settings accept as missing.
		has, known := in.Permissions[right.Name]
		if right.Needed && known && !has && !strings.Contains(named, right.Name) {
			stops = append(stops, estimate.Stop{
				Code: string(guard.ConcernPermissionMissing), Fails: true,
				What: warning.New(warning.PermissionMissing, warning.Params{"permissions": right.Name}).Sentence(),
			})
		}
	}
	return stops
}

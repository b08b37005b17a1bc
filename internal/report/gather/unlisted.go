package gather

import (
	"context"

	"longhaul/internal/history/item"
	"longhaul/internal/report"
)

// unlisted finds the components that show a report which the sync has not, with the dashboards that they are on, at most report.MostUnlisted.
func (p *sheet) unlisted(ctx context.Context) error {
	if record := p.data.Record; record == nil || record.Unseen == nil || record.Unseen.Count == 0 {
		return nil
	}
	names := map[string]string{} // of dashboards
	err := p.stoppable(ctx, func(one *item.Item) bool {
		if one.Kind == item.Component && one.Reason == item.ReasonReportNotListed {
			p.data.Unlisted = append(p.data.Unlisted, report.Unlisted{Component: one.Name, Dashboard: one.Dashboard})
			names[one.Dashboard] = ""
		}
		return len(p.data.Unlisted) < report.MostUnlisted
	})
	if err != nil || len(names) == 0 {
		return err
	}
	left := len(names)
	err = p.stoppable(ctx, func(one *item.Item) bool {
		if _, wanted := names[one.ID]; wanted && one.Kind == item.Dashboard {
			names[one.ID] = one.Name
			left--
		}
		return left > 0
	})
	for i := range p.data.Unlisted {
		p.data.Unlisted[i].Name = names[p.data.Unlisted[i].Dashboard]
	}
	return err
}

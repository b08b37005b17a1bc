package activities

import (
	"context"
	"slices"

	"longhaul/internal/export"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// ExportPlan is an export that a sync makes.
type ExportPlan struct {
	Name     string   `json:"name"`
	Files    []string `json:"files"`              // their names, in the order of their delivery
	Delivers bool     `json:"delivers,omitempty"` // false: the files stay in the bucket
	Section  string   `json:"section,omitempty"`  // of the settings that say where the files go
}

// Delivery is what became of the files of an export.
type Delivery struct {
	Delivered bool     `json:"delivered"`         // the target has all of them
	To        string   `json:"to,omitempty"`      // where they went; empty if they stay in the bucket
	Failure   *Failure `json:"failure,omitempty"` // why the export was given up
}

// deliveries is what became of the exports, as a record keeps it, with the receipts that lie in the bucket.
func (params RecordParams) deliveries(ctx context.Context, store *staging.Store, staged staging.Sync) (map[string]history.Delivery, error) {
	all := make(map[string]history.Delivery, len(params.Exports))
	for name, d := range params.Exports {
		one := history.Delivery{Delivered: d.Delivered, To: d.To}
		if d.Failure != nil {
			one.Reason, one.System = string(d.Failure.Class), string(d.Failure.System)
		}
		for _, file := range params.Account.Files[name] {
			receipt, found, err := export.Delivered(ctx, store, staged, name, file)
			if err != nil {
				return nil, err
			}
			if found {
				one.Receipts = append(one.Receipts, history.Receipt{Name: file.Name, Path: receipt.Path, Status: receipt.Status, At: receipt.At})
			}
		}
		all[name] = one
	}
	return all, nil
}

// planExports lists the exports of a source.
func planExports(source *Source) []ExportPlan {
	plans := make([]ExportPlan, 0, len(source.Exports))
	for _, one := range source.Exports {
		plans = append(plans, ExportPlan{
			Name: one.Name(), Files: one.Files(), Delivers: one.Target != nil, Section: one.Settings().Section,
		})
	}
	return plans
}

// Export finds an export of the source. The error is for a worker whose settings or version differ from those that a sync began with.
func (s *Source) Export(name string) (export.Export, error) {
	i := slices.IndexFunc(s.Exports, func(one export.Export) bool { return one.Name() == name })
	if i < 0 {
		return export.Export{}, fault.Invalidf("this worker does not make the export %s of source %q: give all workers the same settings and "+
			"the same version, or cancel the sync and start it again", name, s.Name)
	}
	return s.Exports[i], nil
}

// fields are what the exports of a sync need read of the org.
func (s *Source) fields(sync Sync) (listing.Fields, error) {
	formats := make([]export.Format, 0, len(sync.Exports))
	for _, name := range sync.Exports {
		one, err := s.Export(name)
		if err != nil {
			return nil, elsewhere(sync, err)
		}
		formats = append(formats, one.Format)
	}
	return export.Fields(formats...), nil
}

// checkTargets looks whether deliveries can succeed, before anything is spent on what would not be delivered. It fails where none
// can; where some can, the others are warnings: the sync tries them at its end.
func checkTargets(ctx context.Context, source *Source, result *AuthenticateResult) error {
	var refused []warning.Warning
	var first error
	checked := 0
	for _, one := range source.Exports {
		if one.Target == nil {
			continue
		}
		checked++
		doubt, err := one.Target.Check(ctx)
		switch {
		case err != nil && first == nil:
			first = err
			fallthrough
		case err != nil:
			refused = append(refused, warning.New(warning.ExportRefused, warning.Params{"export": one.Name(), "failure": fault.Sentence(err)}))
		case doubt.Code != "" && len(source.Exports) > 1:
			result.Warnings = append(result.Warnings, warning.New(warning.ExportUntried, warning.Params{"export": one.Name()}, doubt))
		case doubt.Code != "":
			result.Warnings = append(result.Warnings, doubt)
		}
	}
	if len(refused) == checked || ctx.Err() != nil {
		return first
	}
	result.Warnings = append(result.Warnings, refused...)
	return nil
}

package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/export"
	"longhaul/internal/fault"
)

// NameTaken is the error type of an upload that met a foreign file under its name: the whole set goes again under a
// later timestamp.
const NameTaken = "name_taken"

// Taken is by what a name was taken.
type Taken = export.Taken

// What takes a name.
const (
	TakenByOther = export.TakenByOther
	TakenByProxy = export.TakenByProxy
	TakenByUs    = export.TakenByUs
)

// UploadParams names one assembled file.
type UploadParams struct {
	Sync   Sync   `json:"sync"`
	Export string `json:"export"`
	File   File   `json:"file"`
	To     string `json:"to,omitempty"` // where the files of the set went that were delivered before

	// Proxied says that the set was renamed because of a proxy that changes answers. A name that is taken after such answers is then
	// so by what was sent before.
	Proxied bool `json:"proxied,omitempty"`
}

// UploadResult says what the target has.
type UploadResult struct {
	Name      string `json:"name"`
	Delivered bool   `json:"delivered"` // false: an earlier attempt's delivery was found
	To        string `json:"to,omitempty"`
}

// Upload delivers one file to the target of its export, the same bytes at every try.
func (a *Activities) Upload(ctx context.Context, params UploadParams) (UploadResult, error) {
	counted, p := startPulse(ctx)
	result, err := a.upload(counted, params, p)
	p.end(ctx, err)
	if name, ok := errors.AsType[*export.TakenError](err); ok {
		return result, temporal.NewNonRetryableApplicationError(name.Error(), NameTaken, nil, name.By)
	}
	return result, toTemporal(ctx, err)
}

func (a *Activities) upload(ctx context.Context, params UploadParams, p *pulse) (UploadResult, error) {
	result := UploadResult{Name: params.File.Name}
	source, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return result, err
	}
	one, err := source.Export(params.Export)
	if err == nil && one.Target == nil {
		section := one.Settings().Section
		err = fault.Invalidf("source %q has no %s any more: put its %s settings back or start the sync with upload: false",
			source.Name, section, section)
	}
	if err == nil {
		err = sameDestination(one, params)
	}
	if err != nil {
		return result, elsewhere(params.Sync, err)
	}
	result.To = one.Target.Destination()
	before := p.reached() // by earlier attempts: what this one sends counts on
	result.Delivered, err = export.Delivery{
		Store: a.Store, Sync: staged, Export: params.Export, Target: one.Target, File: params.File, Proxied: params.Proxied,
		Unnoted: func(err error) {
			activity.GetLogger(ctx).Warn("what an attempt to upload learned could not be kept", "event", "warning",
				"file", params.File.Name, "error", err.Error())
		},
		Progress: func(sent int64) { p.progress(before+sent, 0) },
	}.Send(ctx)
	if a.Sent != nil && (result.Delivered || err != nil) {
		a.Sent(source.Name, params.Export, err)
	}
	return result, err
}

package activities

import (
	"context"
	"errors"
	"io"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/internal/catalog"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// NameTaken is the error type of an upload that met a foreign file under its name: the whole set goes again under a
// later timestamp.
const NameTaken = "name_taken"

// UploadParams names one assembled file.
type UploadParams struct {
	Sync Sync `json:"sync"`
	File File `json:"file"`
}

// UploadResult says what the catalog has.
type UploadResult struct {
	Name      string `json:"name"`
	Delivered bool   `json:"delivered"` // false: an earlier attempt's delivery was found
}

// try is what lies in the bucket from before the first byte is sent: whoever meets a 409 later knows by it whose file
// the catalog has.
type try struct {
	File File      `json:"file"`
	At   time.Time `json:"at"`
}

// Upload delivers one file to the catalog, the same bytes at every try.
func (a *Activities) Upload(ctx context.Context, params UploadParams) (UploadResult, error) {
	counted, p := startPulse(ctx)
	delivered, err := a.upload(counted, params)
	p.end(ctx, err)
	result := UploadResult{Name: params.File.Name, Delivered: delivered}
	if errors.Is(err, errNameTaken) {
		return result, temporal.NewNonRetryableApplicationError(err.Error(), NameTaken, nil)
	}
	return result, toTemporal(ctx, err)
}

var errNameTaken = errors.New("the catalog already has a file of this name that another sync delivered")

func (a *Activities) upload(ctx context.Context, params UploadParams) (delivered bool, err error) {
	source, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return false, err
	}
	if source.Catalog == nil {
		return false, fault.Invalidf("source %q has no catalog any more: put its catalog settings back or start the sync with upload: false", source.Name)
	}
	receipt := staged.Receipt(params.File.Name)
	if done, err := a.Store.Exists(ctx, receipt); err != nil || done {
		return false, err
	}
	fresh, err := a.Store.WriteNewJSON(ctx, staged.Try(params.File.Name), try{File: params.File, At: time.Now().UTC()})
	if err != nil {
		return false, err
	}
	sent, err := source.Catalog.Send(ctx, catalog.Path(catalog.Viz, source.Catalog.SourceID(), "", params.File.Name), a.reopened(ctx, staged, params.File))
	switch {
	case errors.Is(err, catalog.ErrConflict) && fresh:
		return false, errNameTaken
	case errors.Is(err, catalog.ErrConflict):
		return false, a.Store.WriteJSON(ctx, receipt, catalog.Receipt{Bytes: params.File.Bytes, SHA256: params.File.SHA256, At: time.Now().UTC()})
	case err != nil:
		return false, err
	}
	return true, a.Store.WriteJSON(ctx, receipt, sent)
}

// reopened gives the catalog client a file that it can read from the start at each try.
func (a *Activities) reopened(ctx context.Context, staged staging.Sync, file File) catalog.File {
	return catalog.File{
		Name: file.Name, Size: file.Bytes, SHA256: file.SHA256,
		Open: func() (io.ReadCloser, error) {
			content, _, err := a.Store.OpenFile(ctx, staged.File(file.Name))
			return content, err
		},
	}
}

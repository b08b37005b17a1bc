package activities

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
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
	Sync Sync   `json:"sync"`
	File File   `json:"file"`
	To   string `json:"to,omitempty"` // where the files of the set went that were delivered before

	Renamed bool `json:"renamed,omitempty"` // the set was renamed before, so a name that is taken is so by what we sent, if by anything
}

// UploadResult says what the catalog has.
type UploadResult struct {
	Name      string `json:"name"`
	Delivered bool   `json:"delivered"` // false: an earlier attempt's delivery was found
	To        string `json:"to,omitempty"`
}

// try is what lies in the bucket from before the first byte is sent: whoever meets a 409 later knows by it whose file
// the catalog has.
type try struct {
	File    File      `json:"file"`
	At      time.Time `json:"at"`
	Foreign bool      `json:"foreign,omitempty"` // the catalog had a file of the name before this one

	Reach catalog.Reach `json:"reach,omitempty"` // of all attempts so far
}

// Upload delivers one file to the catalog, the same bytes at every try.
func (a *Activities) Upload(ctx context.Context, params UploadParams) (UploadResult, error) {
	counted, p := startPulse(ctx)
	delivered, err := a.upload(counted, params)
	p.end(ctx, err)
	result := UploadResult{Name: params.File.Name, Delivered: delivered}
	if source, lost := a.Sources.Source(params.Sync.Source); lost == nil && source.Catalog != nil {
		result.To = destination(source)
	}
	if errors.Is(err, errNameTaken) {
		return result, temporal.NewNonRetryableApplicationError(fault.Short(err.Error(), longestMessage), NameTaken, nil)
	}
	return result, toTemporal(ctx, err)
}

var errNameTaken = errors.New("the catalog already has another file of this name")

func (a *Activities) upload(ctx context.Context, params UploadParams) (delivered bool, err error) {
	source, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return false, err
	}
	if source.Catalog == nil {
		return false, elsewhere(params.Sync, fault.Invalidf(
			"source %q has no catalog any more: put its catalog settings back or start the sync with upload: false", source.Name))
	}
	if err := sameDestination(source, params); err != nil {
		return false, elsewhere(params.Sync, err)
	}
	receipt, sent := staged.Receipt(params.File.Name), catalog.Receipt{}
	if known, err := a.known(ctx, receipt, &sent); err != nil || known {
		return false, same(sent.SHA256, params.File, err)
	}
	mine := try{File: params.File, At: time.Now().UTC()} // unknown is how far it comes, should the process end
	fresh, err := a.Store.WriteNewJSON(ctx, staged.Try(params.File.Name), mine)
	if err != nil {
		return false, err
	}
	if !fresh {
		if err := a.Store.ReadJSON(ctx, staged.Try(params.File.Name), &mine); err != nil {
			return false, err
		}
		if err := same(mine.File.SHA256, params.File, nil); err != nil || mine.Foreign {
			return false, cmp.Or(err, errNameTaken)
		}
	}
	path := catalog.Path(catalog.Viz, source.Catalog.SourceID(), "", params.File.Name)
	before := mine.Reach
	if fresh {
		before = catalog.ReachNone
	}
	sent, err = source.Catalog.Send(ctx, path, a.reopened(ctx, staged, params))
	foreign := before == catalog.ReachNone || before == catalog.ReachProxy && !params.Renamed
	switch {
	case errors.Is(err, catalog.ErrConflict) && foreign: // an attempt that comes after this one must not take the file for ours
		mine.Foreign = true
		return false, cmp.Or(a.Store.WriteJSON(ctx, staged.Try(params.File.Name), mine), errNameTaken)
	case errors.Is(err, catalog.ErrConflict): // an earlier attempt sent it and did not hear the answer
		sent = catalog.Receipt{Path: path, Status: http.StatusConflict, Bytes: params.File.Bytes, SHA256: params.File.SHA256, At: time.Now().UTC()}
		return false, a.Store.WriteJSON(ctx, receipt, sent)
	case err != nil:
		if reach := catalog.Farther(before, catalog.ReachOf(err)); reach != mine.Reach {
			mine.Reach = reach
			err = cmp.Or(a.Store.WriteJSON(ctx, staged.Try(params.File.Name), mine), err)
		}
		return false, err
	}
	return true, a.Store.WriteJSON(ctx, receipt, sent)
}

// known reads an object that may not be there.
func (a *Activities) known(ctx context.Context, key string, into any) (bool, error) {
	err := a.Store.ReadJSON(ctx, key, into)
	if errors.Is(err, staging.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// same makes sure that what was sent under a name before is what is to be sent now. A sync that was reset to before its
// files were written may have written others: they need another name.
func same(sha256 string, file File, err error) error {
	if err == nil && sha256 != file.SHA256 {
		return errNameTaken
	}
	return err
}

// reopened gives the catalog client a file that it can read from the start at each try.
func (a *Activities) reopened(ctx context.Context, staged staging.Sync, params UploadParams) catalog.File {
	file := params.File
	return catalog.File{
		Name: file.Name, Size: file.Bytes, SHA256: file.SHA256, Renamable: !params.Renamed,
		Open: func() (io.ReadCloser, error) {
			content, _, err := a.Store.OpenFile(ctx, staged.File(file.Name))
			return content, err
		},
	}
}

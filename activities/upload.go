package activities

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"go.temporal.io/sdk/activity"
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

	// Proxied says that the set was renamed because of a proxy that changes answers. A name that is taken after such answers is then
	// so by what was sent before.
	Proxied bool `json:"proxied,omitempty"`
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
	if name, ok := errors.AsType[*nameTakenError](err); ok {
		return result, temporal.NewNonRetryableApplicationError(name.Error(), NameTaken, nil, name.by)
	}
	return result, toTemporal(ctx, err)
}

// Taken is by what a name was taken.
type Taken string

// What takes a name.
const (
	TakenByOther Taken = "other" // another program, or another sync
	TakenByProxy Taken = "proxy" // it is not known: something changed the answers to what was sent before
	TakenByUs    Taken = "us"    // this sync before it was reset, with other content
)

// nameTakenError says that the catalog has another file of the name.
type nameTakenError struct{ by Taken }

// Error gives one sentence.
func (e *nameTakenError) Error() string {
	return "the catalog already has another file of this name"
}

// taken is the error for a name that the catalog has, after attempts that came as far as reach.
func taken(reach catalog.Reach) error {
	if reach == catalog.ReachProxy {
		return &nameTakenError{TakenByProxy}
	}
	return &nameTakenError{TakenByOther}
}

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
	before := catalog.ReachNone
	if !fresh {
		if before, err = a.tryAgain(ctx, staged, params.File, &mine); err != nil {
			return false, err
		}
	}
	path := catalog.Path(catalog.Viz, source.Catalog.SourceID(), "", params.File.Name)
	sent, err = source.Catalog.Send(ctx, path, a.reopened(ctx, staged, params))
	reach := catalog.Farther(before, sent.Reach)
	foreign := reach == catalog.ReachNone || reach == catalog.ReachProxy && !params.Proxied
	switch {
	case errors.Is(err, catalog.ErrConflict) && foreign: // an attempt that comes after this one must not take the file for ours
		mine.Foreign, mine.Reach = true, reach
		a.note(ctx, staged, mine)
		return false, taken(reach)
	case errors.Is(err, catalog.ErrConflict): // an earlier attempt sent it and did not hear the answer
		sent = catalog.Receipt{Path: path, Status: http.StatusConflict, Bytes: params.File.Bytes, SHA256: params.File.SHA256, At: time.Now().UTC()}
		return false, a.Store.WriteJSON(ctx, receipt, sent)
	case err != nil:
		if mine.Reach = reach; reach != catalog.ReachUnknown {
			a.note(ctx, staged, mine)
		}
		return false, err
	}
	return true, a.Store.WriteJSON(ctx, receipt, sent)
}

// tryAgain reads the try of earlier attempts and gives their reach. What lies in the bucket from now on is that it is unknown, for
// the process may end before it is known again.
func (a *Activities) tryAgain(ctx context.Context, staged staging.Sync, file File, mine *try) (before catalog.Reach, err error) {
	begun := mine.At
	if err := a.Store.ReadJSON(ctx, staged.Try(file.Name), mine); err != nil {
		return "", err
	}
	switch err := same(mine.File.SHA256, file, nil); {
	case err == nil && mine.At.Equal(begun): // it is this attempt's: the driver wrote it twice, as the first answer was lost
		return catalog.ReachNone, nil
	case err != nil:
		return "", err
	case mine.Foreign:
		return "", taken(mine.Reach)
	}
	if before = mine.Reach; before != catalog.ReachUnknown {
		mine.Reach = catalog.ReachUnknown
		err = a.Store.WriteJSON(ctx, staged.Try(file.Name), *mine)
	}
	return before, err
}

// noteWithin bounds the note at the end of an attempt.
const noteWithin = 5 * time.Second

// note keeps what an attempt learned for those that come after it, even if it is told to stop. Without the note they know less,
// and its own end says more than the trouble of the bucket.
func (a *Activities) note(ctx context.Context, staged staging.Sync, mine try) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	if err := a.Store.WriteJSON(within, staged.Try(mine.File.Name), mine); err != nil {
		activity.GetLogger(ctx).Warn("what an attempt to upload learned could not be kept", "file", mine.File.Name, "error", err.Error())
	}
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
		return &nameTakenError{TakenByUs}
	}
	return err
}

// reopened gives the catalog client a file that it can read from the start at each try.
func (a *Activities) reopened(ctx context.Context, staged staging.Sync, params UploadParams) catalog.File {
	file := params.File
	return catalog.File{
		Name: file.Name, Size: file.Bytes, SHA256: file.SHA256, Renamable: !params.Proxied,
		Open: func() (io.ReadCloser, error) {
			content, _, err := a.Store.OpenFile(ctx, staged.File(file.Name))
			return content, err
		},
	}
}

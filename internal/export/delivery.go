package export

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"longhaul/internal/reach"
	"longhaul/internal/staging"
)

// Delivery is one file of a sync on its way to the target of its export. Every attempt sends the same bytes.
type Delivery struct {
	Store  *staging.Store
	Sync   staging.Sync
	Export string
	Target Target
	File   File

	// Proxied says that the set was renamed because of a proxy that changes answers. A name that is taken after such answers is then
	// so by what was sent before.
	Proxied bool
	// Unnoted receives the error of a bucket that did not keep what an attempt learned. May be nil.
	Unnoted func(err error)
	// Progress receives how many bytes were handed over so far, of all tries together, so that a long one is seen to move. May be nil.
	Progress func(int64)
}

// Taken is by what a name was taken.
type Taken string

// What takes a name.
const (
	TakenByOther Taken = "other" // another program, or another sync
	TakenByProxy Taken = "proxy" // it is not known: something changed the answers to what was sent before
	TakenByUs    Taken = "us"    // this sync before it was reset, with other content
)

// TakenError says that the target has another file of the name: the whole set goes again under a later timestamp.
type TakenError struct{ By Taken }

// Error gives one sentence.
func (e *TakenError) Error() string {
	return "the target already has another file of this name"
}

// taken is the error for a name that the target has, after attempts that came so far.
func taken(far reach.Reach) error {
	if far == reach.Proxy {
		return &TakenError{TakenByProxy}
	}
	return &TakenError{TakenByOther}
}

// try is what lies in the bucket from before the first byte is sent. An attempt that finds the name taken later knows by it whose
// file the target has.
type try struct {
	File    File      `json:"file"`
	At      time.Time `json:"at"`
	Foreign bool      `json:"taken_by_other,omitempty"` // the target had a file of the name before this one

	Reach reach.Reach `json:"reach"` // of all attempts so far
}

func (d Delivery) tryKey() string     { return d.Sync.Try(d.Export, d.File.Name) }
func (d Delivery) receiptKey() string { return d.Sync.Receipt(d.Export, d.File.Name) }

// Send delivers the file, once however often it is called. fresh says that this call sent it; else an earlier attempt's delivery was
// found.
func (d Delivery) Send(ctx context.Context) (fresh bool, err error) {
	var sent Receipt
	if known, err := d.known(ctx, d.receiptKey(), &sent); err != nil || known {
		return false, d.same(sent.SHA256, err)
	}
	mine := try{File: d.File, At: time.Now().UTC(), Reach: reach.Unknown} // which it stays if the process ends
	first, err := d.Store.WriteNewJSON(ctx, d.tryKey(), mine)
	if err != nil {
		return false, err
	}
	before := reach.None
	if !first {
		if before, err = d.tryAgain(ctx, &mine); err != nil {
			return false, err
		}
	}
	sent, err = d.Target.Send(ctx, d.outgoing(ctx))
	far := reach.Farther(before, sent.Reach)
	if errors.Is(err, ErrForeign) {
		far = reach.None // whatever came of the tries before, the file under this name is not theirs
	}
	foreign := far == reach.None || far == reach.Proxy && !d.Proxied
	switch {
	case errors.Is(err, ErrTaken) && foreign: // an attempt that comes after this one must not take the file for ours
		mine.Foreign, mine.Reach = true, far
		d.note(ctx, mine)
		return false, taken(far)
	case errors.Is(err, ErrTaken): // an earlier attempt sent it and did not hear the answer
		found := Receipt{Path: sent.Path, DeliveredBefore: true, Bytes: d.File.Bytes, SHA256: d.File.SHA256, At: time.Now().UTC()}
		return false, d.Store.WriteJSON(ctx, d.receiptKey(), found)
	case err != nil:
		if mine.Reach = far; far != reach.Unknown {
			d.note(ctx, mine)
		}
		return false, err
	}
	return !sent.DeliveredBefore, d.Store.WriteJSON(ctx, d.receiptKey(), d.proof(sent))
}

// proof completes a receipt with what a target need not know. A later attempt compares the checksum: without it, it would take the
// delivery for that of another file, and the set would go again under other names.
func (d Delivery) proof(sent Receipt) Receipt {
	sent.Bytes, sent.SHA256 = cmp.Or(sent.Bytes, d.File.Bytes), cmp.Or(sent.SHA256, d.File.SHA256)
	if sent.At.IsZero() {
		sent.At = time.Now().UTC()
	}
	return sent
}

// tryAgain reads the try of earlier attempts and gives their reach. What lies in the bucket from now on is that it is unknown, for
// the process may end before it is known again.
func (d Delivery) tryAgain(ctx context.Context, mine *try) (before reach.Reach, err error) {
	begun := mine.At
	if err := d.Store.ReadJSON(ctx, d.tryKey(), mine); err != nil {
		return "", err
	}
	switch err := d.same(mine.File.SHA256, nil); {
	case err == nil && mine.At.Equal(begun): // it is this attempt's: the driver wrote it twice, as the first answer was lost
		return reach.None, nil
	case err != nil:
		return "", err
	case mine.Foreign:
		return "", taken(mine.Reach)
	}
	if before = mine.Reach; before != reach.Unknown {
		mine.Reach = reach.Unknown
		err = d.Store.WriteJSON(ctx, d.tryKey(), *mine)
	}
	return before, err
}

// noteWithin bounds the note at the end of an attempt.
const noteWithin = 5 * time.Second

// note keeps what an attempt learned for those that far after it, even if it is told to stop. Without the note they know less,
// and its own end says more than the trouble of the bucket.
func (d Delivery) note(ctx context.Context, mine try) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	if err := d.Store.WriteJSON(within, d.tryKey(), mine); err != nil && d.Unnoted != nil {
		d.Unnoted(err)
	}
}

// known reads an object that may not be there.
func (d Delivery) known(ctx context.Context, key string, into any) (bool, error) {
	err := d.Store.ReadJSON(ctx, key, into)
	if errors.Is(err, staging.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Delivered reads the receipt of a file that the target has.
func Delivered(ctx context.Context, store *staging.Store, sync staging.Sync, export string, file File) (receipt Receipt, found bool, err error) {
	d := Delivery{Store: store, Sync: sync, Export: export, File: file}
	found, err = d.known(ctx, d.receiptKey(), &receipt)
	return receipt, found, err
}

// same makes sure that what was sent under a name before is what is to be sent now. A sync that was reset to before its
// files were written may have written others: they need another name.
func (d Delivery) same(sha256 string, err error) error {
	if err == nil && sha256 != d.File.SHA256 {
		return &TakenError{TakenByUs}
	}
	return err
}

// outgoing gives the target a file that it can read from the start at each try.
func (d Delivery) outgoing(ctx context.Context) Outgoing {
	var sent atomic.Int64
	return Outgoing{
		File: d.File, Renamable: !d.Proxied,
		Open: func() (io.ReadCloser, error) {
			content, _, err := d.Store.OpenFile(ctx, d.Sync.File(d.Export, d.File.Name))
			if err != nil || d.Progress == nil {
				return content, err
			}
			return &counted{ReadCloser: content, sent: &sent, progress: d.Progress}, nil
		},
	}
}

// counted says how much of a file was read.
type counted struct {
	io.ReadCloser

	sent     *atomic.Int64
	progress func(int64)
}

// Read reads on.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.progress(c.sent.Add(int64(n)))
	return n, err //nolint:wrapcheck // a reader's io.EOF must stay what it is
}

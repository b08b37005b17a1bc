package export_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longhaul/internal/doctor"
	"longhaul/internal/export"
	"longhaul/internal/reach"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
	"longhaul/internal/warning"
)

// target answers every delivery in the same way.
type target struct {
	receipt export.Receipt
	err     error
	sent    int
}

func (t *target) Destination() string                      { return "here" }
func (t *target) Examine(context.Context) []doctor.Finding { return nil }
func (t *target) Ready(context.Context) error              { return nil }
func (t *target) Close()                                   {}

func (t *target) Check(context.Context) (doubt warning.Warning, err error) { return doubt, nil }

func (t *target) Send(context.Context, export.Outgoing) (export.Receipt, error) {
	t.sent++
	return t.receipt, t.err
}

// reader is a target that reads a file, and reads it again.
type reader struct{ target }

func (r *reader) Send(_ context.Context, f export.Outgoing) (export.Receipt, error) {
	for range 2 {
		content, err := f.Open()
		if err != nil {
			return export.Receipt{}, err
		}
		_, err = io.Copy(io.Discard, content)
		if err := errors.Join(err, content.Close()); err != nil {
			return export.Receipt{}, err
		}
	}
	return export.Receipt{Path: "/1-reports.csv"}, nil
}

// A sync whose only activity sends a large file for long must be seen to move.
func TestSend_saysHowMuchWasHandedOver(t *testing.T) {
	t.Parallel()
	d := deliver(t, new(target))
	d.Target = new(reader)
	w, err := d.Store.CreateFile(t.Context(), d.Sync.File(d.Export, d.File.Name))
	if err != nil {
		t.Fatal(err)
	}
	_, written := w.Write([]byte("a,b,c,d"))
	if _, err := w.Commit(); errors.Join(written, err) != nil {
		t.Fatal(written, err)
	}
	var said []int64
	d.Progress = func(sent int64) { said = append(said, sent) }
	if _, err := d.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(said) || len(said) == 0 || said[len(said)-1] != 14 {
		t.Errorf("it says %v, want up to 14: both tries", said)
	}
}

func deliver(t *testing.T, to *target) export.Delivery {
	t.Helper()
	return export.Delivery{
		Store: streamtest.Open(t, "mem://"), Sync: staging.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}, Export: "made_up",
		Target: to, File: export.File{Name: "1-reports.csv", Bytes: 7, SHA256: "ab", Count: 1},
	}
}

// The worker dies after the receipt, and before Temporal has heard of it.
func TestSend_ofATargetThatSaysLittleDeliversOnce(t *testing.T) {
	t.Parallel()
	to := &target{receipt: export.Receipt{Path: "/1-reports.csv"}}
	d := deliver(t, to)
	for attempt := range 2 {
		if fresh, err := d.Send(t.Context()); fresh != (attempt == 0) || err != nil {
			t.Errorf("attempt %d: fresh %v, %v", attempt, fresh, err)
		}
	}
	var got export.Receipt
	if err := d.Store.ReadJSON(t.Context(), d.Sync.Receipt("made_up", "1-reports.csv"), &got); err != nil {
		t.Fatal(err)
	}
	want := export.Receipt{Path: "/1-reports.csv", Bytes: 7, SHA256: "ab"}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(export.Receipt{}, "At")); diff != "" || got.At.IsZero() || to.sent != 1 {
		t.Errorf("sent %d times at %v, receipt (-want +got):\n%s", to.sent, got.At, diff)
	}
}

func TestSend_ofATakenName(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		before reach.Reach // of an attempt that failed; of none when it is "-"
		taken  reach.Reach
		want   export.Taken // empty: it is ours
		looked bool         // the target has looked at what lies there
	}{
		"at the first try":               {"-", reach.None, export.TakenByOther, false},
		"after a refusal":                {reach.None, reach.None, export.TakenByOther, false},
		"after an answer of a proxy":     {reach.Proxy, reach.None, export.TakenByProxy, false},
		"after one that may have come":   {reach.Unknown, reach.None, "", false},
		"after a try of the same call":   {"-", reach.Unknown, "", false},
		"after a proxy in the same call": {"-", reach.Proxy, export.TakenByProxy, false},
		"at the first try, looked at":    {"-", reach.None, export.TakenByOther, true},
		"after all, looked at":           {reach.Unknown, reach.None, export.TakenByOther, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := &target{receipt: export.Receipt{Reach: row.before}, err: errors.New("no answer")}
			d := deliver(t, to)
			if row.before != "-" {
				if _, err := d.Send(t.Context()); !errors.Is(err, to.err) {
					t.Fatal(err)
				}
			}
			if to.receipt.Reach, to.err = row.taken, export.ErrTaken; row.looked {
				to.err = export.ErrForeign
			}
			for range 2 { // the next attempt comes to the same
				fresh, err := d.Send(t.Context())
				taken, is := errors.AsType[*export.TakenError](err)
				if fresh || is != (row.want != "") || is && taken.By != row.want || !is && err != nil {
					t.Errorf("fresh %v, %v, want taken by %q", fresh, err, row.want)
				}
			}
		})
	}
}

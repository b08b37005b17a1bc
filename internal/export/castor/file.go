package castor

import (
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/description"
	"longhaul/internal/export"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
	"longhaul/internal/stream"
)

func file(ctx context.Context, in export.Input, name string) (export.Written, error) {
	switch kind, isKind := kinds[name]; {
	case name == Summary:
		return summary(ctx, in)
	case name == ReportsMetadata:
		var partial int64
		written, err := array(ctx, in, name, columns(ctx, in, &partial))
		written.Partial = partial
		return written, err
	case name == Reports:
		return array(ctx, in, name, rewritten(kind, in.BaseURL, reports(ctx, in)))
	case isKind:
		return array(ctx, in, name, rewritten(kind, in.BaseURL, in.Inventory(ctx, kind)))
	default:
		return export.Written{}, wrong("an extract has no file %q", name)
	}
}

// array writes records as one JSON array.
func array(ctx context.Context, in export.Input, name string, records iter.Seq2[[]byte, error]) (export.Written, error) {
	return in.File(ctx, FileName(in.Timestamp, name), func(to io.Writer, progress *stream.Counter) error {
		separator := []byte("[")
		for record, err := range records {
			if err != nil {
				return err
			}
			if _, err := to.Write(separator); err != nil {
				return err
			}
			if _, err := to.Write(record); err != nil {
				return err
			}
			separator = []byte(",")
			progress.Add()
		}
		end := []byte("]")
		if progress.N == 0 {
			end = []byte("[]")
		}
		_, err := to.Write(end)
		return err
	})
}

// rewritten gives castor's form of each line of an inventory.
func rewritten(kind listing.Kind, baseURL string, lines iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		w := newRewriter(kind, baseURL)
		for line, err := range lines {
			if err == nil {
				line, err = w.record(line)
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// reports gives the lines of the reports that the org has.
func reports(ctx context.Context, in export.Input) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for report, err := range in.Reports(ctx) {
			if !yield(report.Line, err) {
				return
			}
		}
	}
}

// columns gives what reports_metadata holds: the columns of each report that is described, by this sync or by an earlier one.
// It counts the reports that lack some of theirs.
func columns(ctx context.Context, in export.Input, partial *int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var record []byte
		for line, err := range description.Read(ctx, in.Store, in.Sync) {
			var d description.Description
			if err == nil {
				d, err = description.Decode(line)
			}
			if err == nil && !d.State.HasColumns() {
				continue
			}
			if err == nil {
				record, err = appendColumns(record[:0], &d)
			}
			if err == nil && lacksColumns(&d) {
				*partial++
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// lacksColumns reports whether a report names columns that are not described, or its description has no place for columns at all. A
// description that cannot be read counts as one that lacks some: what it has is written anyway.
func lacksColumns(d *description.Description) bool {
	if info := member(d.ReportExtendedMetadata, "detailColumnInfo"); info.Kind() != '{' {
		return true
	}
	counted, err := salesforce.CountColumns(d.ReportMetadata, d.ReportExtendedMetadata)
	return err != nil || counted.Missing > 0
}

// appendColumns adds one record of reports_metadata: the columns as Salesforce gave them, {} where there are none.
func appendColumns(dst []byte, d *description.Description) (_ []byte, err error) {
	dst = append(dst, `{"reportId":"`...)
	dst = append(dst, d.ID...)
	dst = append(dst, `","detailColumnInfo":`...)
	info := member(d.ReportExtendedMetadata, "detailColumnInfo")
	if info.Kind() != '{' {
		return append(dst, "{}}"...), nil
	}
	if dst, err = stream.AppendValue(dst, info); err != nil {
		return dst, fmt.Errorf("the columns of report %s: %w", d.ID, err)
	}
	return append(dst, '}'), nil
}

// summary writes castor's keys with our names behind them. connection_identity, which versions of castor-extractor after 0.26.11 have, is the
// address of the org.
func summary(ctx context.Context, in export.Input) (export.Written, error) {
	text := []byte(`{"python_version":`)
	for _, part := range []struct{ value, after string }{
		{"longhaul " + runtime.Version(), `,"version":`},
		{in.Version, `,"executed_at":`},
		{time.Unix(in.Timestamp, 0).UTC().Format("2006-01-02T15:04:05"), `,"connection_identity":{"base_url":`},
		{in.BaseURL, `}}`},
	} {
		quoted, err := jsontext.AppendQuote(text, strings.ToValidUTF8(part.value, "\uFFFD"))
		if err != nil {
			return export.Written{}, err
		}
		text = append(quoted, part.after...)
	}
	return in.File(ctx, FileName(in.Timestamp, Summary), func(to io.Writer, records *stream.Counter) error {
		records.Add()
		_, err := to.Write(text)
		return err
	})
}

// Package csv writes a list of the reports of an org as one CSV file, which spreadsheets and databases read, and delivers it into a folder.
package csv

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/account"
	"longhaul/internal/export"
	"longhaul/internal/listing"
	"longhaul/internal/stream"
)

// Name is the name of the format.
const Name = "csv"

// reports is the one file.
const reports = "reports"

// fields are what is read of a report. Longhaul reads some of them for itself, which may change: all that is written stands here.
var fields = []string{"Name", "FolderName", "OwnerId", "Format", "LastModifiedDate", "LastRunDate"}

// header names the columns of the file.
var header = []string{"id", "name", "folder", "owner_id", "format", "state", "columns", "last_modified", "last_run", "url"}

// Format is the CSV file of reports.
type Format struct{}

var _ export.Format = Format{}

// Name is the name of the format.
func (Format) Name() string { return Name }

// Files are the one file.
func (Format) Files() []string { return []string{reports} }

// FileName is the name of the file with the timestamp of its sync in front.
func (Format) FileName(timestamp int64, file string) string {
	return strconv.FormatInt(timestamp, 10) + "-" + file + ".csv"
}

// Fields are those of a report.
func (Format) Fields(kind listing.Kind) []string {
	if kind == listing.Reports {
		return fields
	}
	return nil
}

// Write writes a line for each report that the org has, those without columns too.
func (f Format) Write(ctx context.Context, in export.Input, file string) (export.Written, error) {
	return in.File(ctx, f.FileName(in.Timestamp, file), func(to io.Writer, records *stream.Counter) error {
		lines := csv.NewWriter(to)
		if err := lines.Write(header); err != nil {
			return err
		}
		for report, err := range in.Reports(ctx) {
			if err != nil {
				return err
			}
			line, err := lineOf(in, report)
			if err != nil {
				return err
			}
			if err := lines.Write(line); err != nil {
				return err
			}
			records.Add()
		}
		lines.Flush()
		return lines.Error()
	})
}

// lineOf is the line of a report. What the run-as user may not see is empty, as is the number of columns of a report without them.
func lineOf(in export.Input, report account.Report) ([]string, error) {
	values := make(map[string]string, len(fields))
	for _, field := range fields {
		value, err := stream.TextMember(report.Line, field)
		if err != nil {
			return nil, err
		}
		values[field] = plain(value)
	}
	columns := ""
	if report.Head.State.HasColumns() {
		description, err := report.Description()
		if err != nil {
			return nil, err
		}
		columns = strconv.Itoa(description.Columns())
	}
	return []string{
		report.Head.ID, values["Name"], values["FolderName"], values["OwnerId"], values["Format"], string(report.Head.State), columns,
		moment(values["LastModifiedDate"]), moment(values["LastRunDate"]), in.BaseURL + "/lightning/r/Report/" + report.Head.ID + "/view",
	}, nil
}

// moment is a time of Salesforce, in UTC and in the form that spreadsheets and databases take for a time.
func moment(text string) string {
	at, err := time.Parse("2006-01-02T15:04:05.000-0700", text)
	if err != nil {
		return text
	}
	return at.UTC().Format(time.DateTime)
}

// plain is a text that no spreadsheet takes for a formula: anybody who may name a report could otherwise have one run by whoever opens
// the file. A quote in front of it is how spreadsheets mark a text.
func plain(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if strings.IndexAny(text, "=+-@\t\r\n") == 0 {
		return "'" + text
	}
	return text
}

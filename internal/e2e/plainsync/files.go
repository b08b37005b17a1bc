package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"longhaul/internal/export/castor"
	"longhaul/internal/listing"
)

// write writes the seven files and says how many reports have columns.
func (x *extract) write(dir, baseURL string) (described int, err error) {
	at := time.Now().Unix()
	for kind, name := range map[listing.Kind]string{
		listing.Folders: castor.Folders, listing.Reports: castor.Reports, listing.Dashboards: castor.Dashboards,
		listing.Components: castor.DashboardComponents, listing.Users: castor.Users,
	} {
		if err := writeFile(dir, at, name, x.records(kind, baseURL)); err != nil {
			return 0, err
		}
	}
	columns := []any{}
	for i, d := range x.columns {
		if d == nil {
			continue
		}
		var extended struct {
			Detail json.RawMessage `json:"detailColumnInfo"`
		}
		if len(d.ReportExtendedMetadata) > 0 {
			if err := json.Unmarshal(d.ReportExtendedMetadata, &extended); err != nil {
				return 0, fmt.Errorf("read the columns of a report: %w", err)
			}
		}
		columns = append(columns, map[string]any{"reportId": x.reports[i], "detailColumnInfo": extended.Detail})
	}
	if err := writeFile(dir, at, "reports_metadata", columns); err != nil {
		return 0, err
	}
	summary := map[string]any{"python_version": runtime.Version(), "version": "plain", "executed_at": at}
	return len(columns), writeFile(dir, at, "summary", summary)
}

// records gives castor's fields of the records of a kind, and the link.
func (x *extract) records(kind listing.Kind, baseURL string) []any {
	all := []any{}
	for _, record := range x.inventory[kind] {
		var fields map[string]json.RawMessage
		if json.Unmarshal(record, &fields) != nil {
			continue
		}
		kept := map[string]any{"attributes": fields["attributes"]}
		for _, field := range (castor.Format{}).Fields(kind) {
			key, _, _ := strings.Cut(field, ".")
			kept[key] = fields[key]
		}
		if kind == listing.Reports || kind == listing.Dashboards {
			var id string
			_ = json.Unmarshal(fields["Id"], &id) // a record without one would not be listed
			kept["Url"] = baseURL + "/lightning/r/" + kind.Object() + "/" + id + "/view"
		}
		all = append(all, kept)
	}
	return all
}

func writeFile(dir string, at int64, name string, content any) error {
	file, err := os.Create(filepath.Join(dir, fmt.Sprintf("%d-%s.json", at, name)))
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	buffered := bufio.NewWriter(file)
	if err := errors.Join(json.NewEncoder(buffered).Encode(content), buffered.Flush(), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

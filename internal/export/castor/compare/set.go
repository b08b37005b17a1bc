package compare

import (
	"cmp"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// Set is the newest set of files in a folder: the newest whole one, or else the newest of all.
type Set struct {
	Folder    string `json:"folder"`
	Timestamp int64  `json:"timestamp"`         // in the names of its files
	Whole     bool   `json:"whole"`             // it has its summary, which is written last
	Program   string `json:"program,omitempty"` // that wrote it, as its summary says
	At        string `json:"executed_at,omitempty"`
	Others    int    `json:"others,omitempty"` // further sets in the folder, which are not compared

	castor bool // castor-extractor wrote it, as far as that is known
}

// path is where a file of the set lies.
func (s *Set) path(name string) string {
	return filepath.Join(s.Folder, castor.FileName(s.Timestamp, name))
}

// find finds the newest set of a folder.
func find(folder string) (*Set, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, paths.Unusable("the folder", folder, err)
	}
	whole := map[int64]bool{}
	for _, entry := range entries {
		if timestamp, name, ok := split(entry.Name()); ok {
			whole[timestamp] = whole[timestamp] || name == castor.Summary
		}
	}
	if len(whole) == 0 {
		return nil, fault.Invalidf("the folder %s holds no file of an extract, such as 1795451617-reports.json: give the folder that an extract was "+
			"written to", folder)
	}
	s := &Set{Folder: folder, Others: len(whole) - 1}
	for timestamp, is := range whole {
		if is && !s.Whole || is == s.Whole && timestamp > s.Timestamp {
			s.Timestamp, s.Whole = timestamp, is
		}
	}
	return s, s.readSummary()
}

// split takes the name of a file apart.
func split(file string) (timestamp int64, name string, ok bool) {
	digits, rest, _ := strings.Cut(file, "-")
	name, isJSON := strings.CutSuffix(rest, ".json")
	timestamp, err := strconv.ParseInt(digits, 10, 64)
	return timestamp, name, isJSON && err == nil && timestamp > 0 && strconv.FormatInt(timestamp, 10) == digits && slices.Contains(castor.Names, name)
}

// summaryBytes bounds what is read of a summary, which has three short texts.
const summaryBytes = 64 << 10

// readSummary reads which program wrote the set. A summary that cannot be read says nothing.
func (s *Set) readSummary() error {
	if !s.Whole {
		return nil
	}
	path := s.path(castor.Summary)
	f, err := os.Open(path)
	if err != nil {
		return paths.Unusable("the file", path, err)
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, summaryBytes))
	if err != nil {
		return paths.Unusable("the file", path, err)
	}
	var summary struct {
		Runtime string `json:"python_version"`
		Version string `json:"version"`
		At      string `json:"executed_at"`
	}
	if json.Unmarshal(raw, &summary) != nil {
		return nil
	}
	program := "castor-extractor"
	s.castor = !strings.HasPrefix(summary.Runtime, "longhaul")
	if !s.castor {
		program = "longhaul"
	}
	s.Program = fault.Clip(strings.TrimSpace(program+" "+cmp.Or(summary.Version, "?")), 80)
	s.At = fault.Clip(summary.At, 40)
	return nil
}

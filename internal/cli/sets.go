package cli

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"longhaul/internal/fault"
)

// setFiles are the names of one whole extract, in the order of delivery: the summary says that the set is whole.
var setFiles = []string{
	"dashboards.json", "dashboard_components.json", "folders.json", "reports.json", "reports_metadata.json", "users.json", summaryFile,
}

const summaryFile = "summary.json"

// selection is what an upload sends and what it leaves behind, by file name.
type selection struct {
	send    []string
	ahead   []string // of castor's kind, but the time in their names is still to come
	left    []string // of castor's kind, but not of the set
	ignored []string // of no kind that castor uploads

	sums map[string]string // SHA-256 of the files as extract wrote them, by name

	newer string // why what is left may be newer than what is sent; empty when nothing speaks for it
}

// deliverable lists the files of a directory that castor would upload, and those that it would not.
func deliverable(dir string) (files, others []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, unusablePath("the directory", dir, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case strings.HasPrefix(name, "."):
		case !isFile(filepath.Join(dir, name)):
		case filepath.Ext(name) == ".json" || filepath.Ext(name) == ".csv":
			files = append(files, name)
		default:
			others = append(others, name)
		}
	}
	if len(files) == 0 {
		return nil, nil, fault.Invalidf("the directory %s holds no .json or .csv file: give the directory that the extract was written to", dir)
	}
	return files, others, nil
}

// isFile looks through links, as castor does.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// everything sends all files, older sets first and the summary of each set after the rest of it.
func everything(files, others []string) selection {
	send := slices.Clone(files)
	slices.SortFunc(send, func(a, b string) int {
		at, an := splitName(a)
		bt, bn := splitName(b)
		return cmp.Or(cmp.Compare(at, bt), cmp.Compare(rank(an), rank(bn)), cmp.Compare(a, b))
	})
	return selection{send: send, ignored: others}
}

func noWholeSet(dir string, torn int64, set []string) error {
	if torn == 0 {
		return fault.Invalidf("the directory %s holds no Salesforce extract (files such as 1795451617-reports.json): "+
			"give its directory, or send whatever lies there with --all", dir)
	}
	var missing []string
	for _, name := range setFiles {
		if file := strconv.FormatInt(torn, 10) + "-" + name; !slices.Contains(set, file) {
			missing = append(missing, file)
		}
	}
	return fault.Invalidf("the directory %s holds no whole extract: the newest lacks %s; run the extract again, or send whatever lies there with --all",
		dir, strings.Join(missing, ", "))
}

// splitName takes a name such as 1795451617-reports.json apart; the timestamp is 0 for another form.
func splitName(file string) (timestamp int64, name string) {
	digits, name, found := strings.Cut(file, "-")
	timestamp, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || timestamp <= 0 || strconv.FormatInt(timestamp, 10) != digits {
		return 0, file
	}
	return timestamp, name
}

// rank is the place of a file in its set. Of names that are none of castor's, only a summary has a place: the last.
func rank(name string) int {
	if at := slices.Index(setFiles, name); at >= 0 && name != summaryFile {
		return at
	}
	if name == summaryFile {
		return len(setFiles) + 1
	}
	return len(setFiles)
}

// intact refuses a set that is not as extract wrote it: a damaged file looks as good as any to whoever receives it.
func (s selection) intact(dir string) error {
	for _, name := range s.send {
		written := s.sums[name]
		if written == "" {
			continue
		}
		_, sum, err := sumOf(filepath.Join(dir, name))
		switch {
		case err != nil:
			return unusablePath("the file", filepath.Join(dir, name), err)
		case sum != written:
			return fault.Invalidf("%s is not as extract wrote it, by the checksum in %s: run the extract again, or send what lies there with --all",
				filepath.Join(dir, name), filepath.Join(dir, stateDir))
		}
	}
	return nil
}

package outbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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

// setFiles are the names of one whole extract, in the order of delivery. The summary is the last: it says that the set is
// whole.
var setFiles = func() (files []string) {
	for _, name := range castor.Names {
		files = append(files, name+".json")
	}
	return files
}()

const summaryFile = castor.Summary + ".json"

// deliverable lists the files of a directory that castor would upload, and those that it would not.
func deliverable(dir string) (files, others []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, paths.Unusable("the directory", dir, err)
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

// isFile follows links, as castor does.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// inOrder sorts files for sending: older sets first, and the summary of each set after the rest of the set.
func inOrder(files []string) []string {
	send := slices.Clone(files)
	slices.SortFunc(send, func(a, b string) int {
		at, an := splitName(a)
		bt, bn := splitName(b)
		return cmp.Or(cmp.Compare(at, bt), cmp.Compare(rank(an), rank(bn)), cmp.Compare(a, b))
	})
	return send
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

// rank is the place of a file in its set. A name that is not castor's comes after castor's, but before the summary.
func rank(name string) int {
	if at := slices.Index(setFiles, name); at >= 0 && name != summaryFile {
		return at
	}
	if name == summaryFile {
		return len(setFiles) + 1
	}
	return len(setFiles)
}

// sumOf reads a file for its size and SHA-256.
func sumOf(path string) (size int64, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = file.Close() }()
	digest := sha256.New()
	size, err = io.Copy(digest, file)
	return size, hex.EncodeToString(digest.Sum(nil)), err
}

// Package outbox chooses which files of a folder go to the catalog, sends them, and remembers what was sent.
package outbox

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"longhaul/internal/catalog"
	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// Request says what to send. One of File and Directory is set.
type Request struct {
	Type      catalog.FileType
	File      string
	Directory string
	All       bool      // send every file of the directory, not only those of the newest set
	At        time.Time // the time that some paths in the catalog carry
}

// set says whether the request is for one set of an extract, which is of use as a whole only.
func (r Request) set() bool { return r.Type == catalog.Viz && !r.All }

// target is where a file goes in the catalog.
func (r Request) target(to *catalog.Client, name string) string {
	return catalog.Path(r.Type, to.SourceID(), strconv.FormatInt(r.At.Unix(), 10), name)
}

// selection is what a request sends and what it leaves behind, by file name.
type selection struct {
	send    []string
	ahead   []string // of castor's kind, but the time in their names is in the future
	left    []string // of castor's kind, but not of the set
	ignored []string // of no kind that castor uploads

	sums map[string]string // SHA-256 of the files as extract wrote them, by name

	newer string // why what is left may be newer than what is sent; empty without such a sign
}

// choose lists what the request sends and what it leaves.
func (r Request) choose() (dir string, chosen selection, err error) {
	if r.File != "" {
		if info, err := os.Stat(r.File); err != nil {
			return "", selection{}, paths.Unusable("the file", r.File, err)
		} else if !info.Mode().IsRegular() {
			return "", selection{}, fault.Invalidf("%s is not a file: give a directory with -d", r.File)
		}
		return filepath.Dir(r.File), selection{send: []string{filepath.Base(r.File)}}, nil
	}
	files, others, err := deliverable(r.Directory)
	if err != nil {
		return "", selection{}, err
	}
	if r.set() {
		chosen, err = readFolder(r.Directory, files, others, r.At).newestSet()
	} else {
		chosen = selection{send: inOrder(files), ignored: others}
	}
	return r.Directory, chosen, err
}

// checkSums refuses a set that is not as extract wrote it. The catalog would take a damaged file like any other.
func (s selection) checkSums(dir string) error {
	for _, name := range s.send {
		written := s.sums[name]
		if written == "" {
			continue
		}
		_, sum, err := sumOf(filepath.Join(dir, name))
		switch {
		case err != nil:
			return paths.Unusable("the file", filepath.Join(dir, name), err)
		case sum != written:
			return fault.Invalidf("%s is not as extract wrote it, by the checksum in %s: run the extract again, or send all its files with --all",
				filepath.Join(dir, name), filepath.Join(dir, paths.StateDir))
		}
	}
	return nil
}

// leave adds the files of castor's kind that are not sent.
func (s *selection) leave(files []string, ahead func(file string) bool) {
	for _, file := range files {
		switch {
		case slices.Contains(s.send, file):
		case ahead(file):
			s.ahead = append(s.ahead, file)
		default:
			s.left = append(s.left, file)
		}
	}
}

package node

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// ownerFile, in a state folder that lies elsewhere, names the output that owns it.
const ownerFile = "output.json"

type owner struct {
	Output string `json:"output"` // its path, links followed
	ID     string `json:"id"`     // of this ownership; the output notes it
}

// claim makes an output the owner of a folder and gives the id of the ownership. Two outputs must not share a folder: a sync
// of one would go on with what the other began. The folder of an output that is gone may be taken over.
func claim(dir, output string) (id string, err error) {
	file := filepath.Join(dir, ownerFile)
	if real, err := filepath.EvalSymlinks(output); err == nil {
		output = real
	}
	var now owner
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Join(dir, DatabaseFile)); err == nil {
			return "", fault.Invalidf("the directory %s of --state holds the database of another command: give one of its own", dir)
		}
	case err != nil:
		return "", paths.Unusable("the file", file, err)
	case json.Unmarshal(content, &now) == nil && now.ID != "" && now.Output == output:
		return now.ID, nil
	case now.Output != "" && now.Output != output && exists(filepath.Join(now.Output, paths.StateDir)):
		return "", fault.Invalidf("the directory %s of --state belongs to the output %s: give each output one of its own", dir, now.Output)
	}
	now = owner{Output: output, ID: rand.Text()}
	if content, err = json.Marshal(now); err == nil {
		err = os.WriteFile(file, content, 0o600)
	}
	if err != nil {
		return "", paths.Unusable("the file", file, err)
	}
	return now.ID, nil
}

func same(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

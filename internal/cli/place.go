package cli

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

// stateVariable names the place of Temporal's database where no flag does.
const stateVariable = "LONGHAUL_STATE"

// place is where an extract keeps its state. What every run needs lies with the output; Temporal's database may lie elsewhere,
// for not every disk can hold one.
type place struct {
	output   string
	state    string // of the output: the bucket, the account, the manifest
	temporal string // Temporal's database and the log
	owner    string // the id of a temporal folder elsewhere, as long as it is this output's; empty where it is state
}

// stateFlag is the folder that a person gives to Temporal's database; empty where none is given.
func (a *App) stateFlag(flag string) (string, error) {
	written := a.env(stateVariable)
	if flag != "" || written == "" {
		return flag, nil
	}
	absolute, err := paths.Absolute(a.Dir, written)
	if err != nil {
		return "", fault.Invalidf("%s %s", stateVariable, fault.Sentence(err))
	}
	return absolute, nil
}

// occupy makes the folders of an extract and makes this process the only one that works in them.
func occupy(output, elsewhere string) (p place, release func(), err error) {
	p = place{output: output, state: filepath.Join(output, stateDir)}
	p.temporal = p.state
	if elsewhere != "" {
		if err := apart(elsewhere, "--state ("+stateVariable+")", output); err != nil {
			return p, nil, err
		}
	}
	if err := outDir(output); err != nil {
		return p, nil, err
	}
	if err := ownDir(p.state); err != nil {
		return p, nil, err
	}
	releaseOutput, err := lock(p.state, "the output "+output)
	var lockless noLocksError
	if elsewhere == "" || err != nil && !errors.As(err, &lockless) {
		return p, releaseOutput, err
	}
	if err != nil { // the disk of the output gives no locks, which may be why the state lies elsewhere
		releaseOutput = func() {}
	}
	releaseState, err := p.move(elsewhere)
	if err != nil {
		releaseOutput()
		return p, nil, err
	}
	return p, func() { releaseState(); releaseOutput() }, nil
}

// apart makes sure that a database and an extract do not lie among each other's files: what people do with an extract, such as
// sending, copying or removing all of it, would reach the database of a sync that runs. .longhaul of the output is for that.
func apart(state, flag, output string) error {
	own := filepath.Join(output, stateDir)
	switch {
	case paths.Within(state, own) && paths.Within(own, state):
		return nil
	case paths.Within(state, output):
		return fault.Invalidf("the directory %s of %s lies in the output %s, among the files of the extract: give a directory outside of it, or %s",
			state, flag, output, own)
	case paths.Within(output, state):
		return fault.Invalidf("the output %s lies in the directory %s of %s, among the files of Temporal's database: give a directory that holds nothing else",
			output, state, flag)
	}
	return nil
}

// move puts Temporal's database into another folder.
func (p *place) move(elsewhere string) (release func(), err error) {
	if err := ownDir(elsewhere); err != nil {
		return nil, err
	}
	if same(elsewhere, p.state) {
		return func() {}, nil
	}
	release, err = lock(elsewhere, "the state "+elsewhere)
	if err != nil {
		return nil, err
	}
	p.temporal = elsewhere
	if p.owner, err = claim(elsewhere, p.output); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func same(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// ownerFile, in a state folder that lies elsewhere, says whose it is.
const ownerFile = "output.json"

type owner struct {
	Output string `json:"output"` // its path, links followed
	ID     string `json:"id"`     // of this belonging: the output notes it
}

// claim makes a folder the state of an output and gives the id of that. Two outputs must not share one: a sync of the one
// would go on with what the other began. The folder of an output that is gone may be taken over.
func claim(dir, output string) (id string, err error) {
	file := filepath.Join(dir, ownerFile)
	if real, err := filepath.EvalSymlinks(output); err == nil {
		output = real
	}
	var now owner
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Join(dir, databaseFile)); err == nil {
			return "", fault.Invalidf("the directory %s of --state holds the database of another command: give one of its own", dir)
		}
	case err != nil:
		return "", unusablePath("the file", file, err)
	case json.Unmarshal(content, &now) == nil && now.ID != "" && now.Output == output:
		return now.ID, nil
	case now.Output != "" && now.Output != output && exists(filepath.Join(now.Output, stateDir)):
		return "", fault.Invalidf("the directory %s of --state belongs to the output %s: give each output one of its own", dir, now.Output)
	}
	now = owner{Output: output, ID: rand.Text()}
	if content, err = json.Marshal(now); err == nil {
		err = os.WriteFile(file, content, 0o600)
	}
	if err != nil {
		return "", unusablePath("the file", file, err)
	}
	return now.ID, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

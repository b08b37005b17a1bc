package node

import (
	"errors"
	"path/filepath"

	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// StateVariable names the folder of Temporal's database where no flag does.
const StateVariable = "LONGHAUL_STATE"

// Place is where an extract keeps its state. What every run needs lies in the output. Temporal's database may lie elsewhere,
// because not every disk can hold one.
type Place struct {
	Output   string
	State    string // in the output: the bucket, the account, the manifest
	Temporal string // holds Temporal's database and the log
	owner    string // identifies the output as the owner of a Temporal folder elsewhere; empty where Temporal is State
}

// Occupy makes the folders of an extract and makes this process the only one that works in them. elsewhere is the folder for
// Temporal's database; empty where it lies in the output.
func Occupy(output, elsewhere string) (p Place, release func(), err error) {
	p = Place{Output: output, State: filepath.Join(output, paths.StateDir)}
	p.Temporal = p.State
	if elsewhere != "" {
		if err := Apart(elsewhere, "--state ("+StateVariable+")", output); err != nil {
			return p, nil, err
		}
	}
	if err := OutputDir(output); err != nil {
		return p, nil, err
	}
	if err := PrivateDir(p.State); err != nil {
		return p, nil, err
	}
	releaseOutput, err := Lock(p.State, "the output "+output)
	var lockless noLocksError
	if elsewhere == "" || err != nil && !errors.As(err, &lockless) {
		return p, releaseOutput, err
	}
	if err != nil { // the output's disk cannot lock files, which may be why the state lies elsewhere
		releaseOutput = func() {}
	}
	releaseState, err := p.move(elsewhere)
	if err != nil {
		releaseOutput()
		return p, nil, err
	}
	return p, func() { releaseState(); releaseOutput() }, nil
}

// Apart makes sure that neither a database nor an extract lies among the other's files: people send, copy and remove whole
// extracts, and would reach the database of a running sync. The StateDir of the output is made for the database.
func Apart(state, flag, output string) error {
	own := filepath.Join(output, paths.StateDir)
	switch {
	case paths.Within(state, own) && paths.Within(own, state):
		return nil
	case paths.Within(state, output):
		return fault.Invalidf("the directory %s of %s is in the output %s, among the files of the extract: give a directory outside of it, or %s",
			state, flag, output, own)
	case paths.Within(output, state):
		return fault.Invalidf("the output %s is in the directory %s of %s, among the files of Temporal's database: give a directory that holds nothing else",
			output, state, flag)
	}
	return nil
}

// move puts Temporal's database into another folder.
func (p *Place) move(elsewhere string) (release func(), err error) {
	if err := PrivateDir(elsewhere); err != nil {
		return nil, err
	}
	if same(elsewhere, p.State) {
		return func() {}, nil
	}
	release, err = Lock(elsewhere, "the state "+elsewhere)
	if err != nil {
		return nil, err
	}
	p.Temporal = elsewhere
	if p.owner, err = claim(elsewhere, p.Output); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

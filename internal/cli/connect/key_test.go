package connect_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestConnect_makesTheKeyOfAMachineOnce has one folder for everything, as serve has it. The worker of the test has the key of another place,
// so it says that it cannot open what it is to check.
func TestConnect_makesTheKeyOfAMachineOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings = "data_dir: " + w.dir + "\n" // whose folder bucket is the bucket
	file := w.dir + ".key"
	t.Cleanup(func() { _ = os.Remove(file) })
	w.run(t.Context(), answered(), "connect", "acme").says(t, 2, "Made the key file "+file, "FAIL Sealed", "it was sealed with the key")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 || len(w.candidates()) > 0 {
		t.Errorf("%v, %v, left %v", info, err, w.candidates())
	}
	w.run(t.Context(), answered(), "connect", "acme").says(t, 2, "FAIL Sealed")
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("another key: %v", err)
	}
}

// TestConnect_aLostKeyIsSaidAndNotReplaced has a key file that is gone while a source is sealed with it.
func TestConnect_aLostKeyIsSaidAndNotReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(t.Context(), answered(), "connect", "acme").says(t, 0, "is connected")
	w.settings = "data_dir: " + w.dir + "\n"
	file := w.dir + ".key"
	w.run(t.Context(), answered(), "connect", "globex").says(t, 2, "the key file "+file+" is gone, and nothing else opens what is connected (acme)")
	if _, err := os.Stat(file); err == nil {
		t.Error("a new key was made")
	}
	w.run(t.Context(), nil, "connect", "--reseal").says(t, 2, "the key file "+file+" is gone")
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 0, "acme is disconnected")
}

// TestReseal_movesToTheKeyOfTheMachine has a key in a variable before.
func TestReseal_movesToTheKeyOfTheMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(t.Context(), answered(), "connect", "acme").says(t, 0, "is connected")
	w.settings = "data_dir: " + w.dir + "\nsecrets: {previous: {keeper: 'base64key://', key: env:THE_KEY}}\n"
	t.Cleanup(func() { _ = os.Remove(w.dir + ".key") })
	w.run(t.Context(), nil, "connect", "--reseal").says(t, 0,
		"Made the key file", "Sealed 1 source anew with base64key://: acme.", "remove secrets.previous")
	if _, err := w.login(); err == nil {
		t.Error("the former key opens it still")
	}
	w.settings = "data_dir: " + w.dir + "\nsecrets: {keeper: 'base64key://', key: 'file:" + filepath.Base(w.dir) + ".none'}\n"
	w.run(t.Context(), nil, "connect", "--reseal").says(t, 2,
		`source "acme": the key of secrets.keeper`, "it does not exist", "Keep secrets.previous until")
}

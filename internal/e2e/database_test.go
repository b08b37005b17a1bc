package e2e_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// database is a PostgreSQL of its own, as Debian installs it: in a folder of its own, for an ordinary user, on loopback.
type database struct {
	programs string // folder of them
	dir      string
	host     string   // an address of loopback, on which it has PostgreSQL's usual port
	asUser   []string // what runs a program as that user, where the test runs as root
	process  *process
}

const (
	databaseUser     = "temporal"
	databasePassword = "p@ss#of%tests"
)

// newDatabase makes and starts one for as long as the test lives.
func newDatabase(t *testing.T, host string) *database {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		t.Skip("this needs PostgreSQL: apt-get install postgresql")
	}
	d := &database{programs: filepath.Dir(found[len(found)-1]), dir: filepath.Join(t.TempDir(), "postgres"), host: host}
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // as which PostgreSQL refuses to run
		d.giveTo(t, "postgres")
	}
	password := filepath.Join(d.dir, "password")
	if err := os.WriteFile(password, []byte(databasePassword+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	made := run(t, nil, d.command("initdb"), d.arguments("initdb", "--pgdata", d.data(), "--username", databaseUser,
		"--auth", "scram-sha-256", "--pwfile", password, "--encoding", "UTF8", "--locale", "C")...)
	if made.code != 0 {
		t.Fatalf("initdb ended with %d:\n%s%s", made.code, made.stdout, made.stderr)
	}
	d.start(t)
	return d
}

// giveTo hands the folder to another user, who runs the programs.
func (d *database) giveTo(t *testing.T, name string) {
	t.Helper()
	owner, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(owner.Uid)
	if err == nil {
		err = os.Chown(d.dir, uid, -1)
	}
	for _, above := range []string{filepath.Dir(d.dir), filepath.Dir(filepath.Dir(d.dir))} { // the test's own
		if err == nil {
			err = os.Chmod(above, 0o711)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	d.asUser = []string{"setpriv", "--reuid", name, "--regid", owner.Gid, "--clear-groups", "--pdeathsig", "KILL", "--"}
	if _, err := exec.LookPath(d.asUser[0]); err != nil {
		t.Fatal(err)
	}
}

func (d *database) data() string { return filepath.Join(d.dir, "data") }

// command is what to run for one of the programs, and arguments what to give it.
func (d *database) command(name string) string {
	if len(d.asUser) > 0 {
		return d.asUser[0]
	}
	return filepath.Join(d.programs, name)
}

func (d *database) arguments(name string, args ...string) []string {
	if len(d.asUser) == 0 {
		return args
	}
	return append(append(append([]string{}, d.asUser[1:]...), filepath.Join(d.programs, name)), args...)
}

// start starts the server and waits until it takes connections.
func (d *database) start(t *testing.T) {
	t.Helper()
	d.process, _ = launch(t, nil, d.command("postgres"), d.arguments("postgres", "-D", d.data(), "-p", "5432",
		"-c", "listen_addresses="+d.host, "-c", "unix_socket_directories=")...)
	t.Cleanup(func() { d.stop(t, syscall.SIGQUIT) })
	eventually(t, time.Minute, func() bool {
		return run(t, nil, filepath.Join(d.programs, "pg_isready"), "--host", d.host, "--port", "5432", "--quiet").code == 0
	})
}

// stop ends the server: by SIGINT as an operator does, who lets nobody finish, or by SIGQUIT.
func (d *database) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if d.process.cmd.ProcessState != nil {
		return
	}
	if err := d.process.cmd.Process.Signal(signal); err != nil {
		t.Error(err)
	}
	_ = d.process.code(t)
}

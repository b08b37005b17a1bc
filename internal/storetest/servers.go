package storetest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// toolsVariable names the folder where `make buckets` has installed the servers; kindsVariable, the kinds that must be
// there, by the schemes of their URLs and separated by commas.
const (
	toolsVariable = "LONGHAUL_BUCKET_SERVERS"
	kindsVariable = "LONGHAUL_BUCKETS"
)

// asked reports whether the tests of a kind were asked for.
func asked(kind Kind) bool {
	for name := range strings.SplitSeq(os.Getenv(kindsVariable), ",") {
		if name == string(kind) || name == "all" {
			return true
		}
	}
	return false
}

// client asks the servers directly, without a proxy.
var client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// Server is a store that runs as a process of its own.
type Server struct {
	Kind     Kind
	Endpoint string

	dir string
	log string
}

// Start starts the server of a kind, for as long as the test lives: MinIO, fake-gcs-server or azurite. It skips the test of a kind
// that was not asked for.
func Start(t testing.TB, kind Kind) *Server {
	t.Helper()
	tools := os.Getenv(toolsVariable)
	if tools == "" || !asked(kind) {
		t.Skipf("this needs a server of %s: it runs for `make buckets` (%s, %s)", kind, toolsVariable, kindsVariable)
	}
	port := freePort(t)
	s := &Server{Kind: kind, Endpoint: "http://127.0.0.1:" + port, dir: t.TempDir()}
	s.log = filepath.Join(t.TempDir(), "server.log")
	s.launch(t, s.command(t, tools, port))
	s.await(t)
	return s
}

func freePort(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (s *Server) command(t testing.TB, tools, port string) *exec.Cmd {
	t.Helper()
	const local = "127.0.0.1"
	var cmd *exec.Cmd
	switch s.Kind {
	case Azure:
		program := filepath.Join(tools, "azurite", "node_modules", ".bin", "azurite-blob")
		cmd = tied(program, "--blobHost", local, "--blobPort", port, "--location", s.dir, "--silent", "--disableTelemetry", "--skipApiVersionCheck")
		cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+user+":"+key)
	case Google:
		cmd = tied(filepath.Join(tools, "bin", "fake-gcs-server"), "-scheme", "http", "-host", local, "-port", port,
			"-public-host", local+":"+port, "-backend", "filesystem", "-filesystem-root", s.dir, "-log-level", "error")
	default:
		cmd = tied(filepath.Join(tools, "bin", "minio"), "server", "--quiet", "--address", local+":"+port,
			"--console-address", local+":"+freePort(t), s.dir)
		cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+user, "MINIO_ROOT_PASSWORD="+password, "MINIO_CI_CD=1", "MINIO_UPDATE=off")
	}
	return cmd
}

// tied returns a command that ends when this process does, in whatever way: a shell waits for the end of its input.
func tied(program string, args ...string) *exec.Cmd {
	const script = `"$@" <&- & server=$!; cat >/dev/null; kill -9 $server`
	return exec.CommandContext(context.Background(), "sh", append([]string{"-c", script, "sh", program}, args...)...)
}

func (s *Server) launch(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	life, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = life.Close()
		_ = cmd.Wait()
		_ = log.Close()
	})
}

// await returns once the server answers.
func (s *Server) await(t testing.TB) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(time.Minute)
	for {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Endpoint+"/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode < http.StatusInternalServerError {
				return
			}
		}
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(s.log)
			t.Fatalf("the server of %s does not answer: %v\n%s", s.Kind, err, said)
		}
		<-tick.C
	}
}

// Make creates a bucket.
func (s *Server) Make(t testing.TB, bucket string) {
	t.Helper()
	var err error
	switch s.Kind {
	case Azure:
		var credential *container.SharedKeyCredential
		var made *container.Client
		if credential, err = container.NewSharedKeyCredential(user, key); err == nil {
			made, err = container.NewClientWithSharedKeyCredential(s.Endpoint+"/"+user+"/"+bucket, credential, nil)
		}
		if err == nil {
			_, err = made.Create(t.Context(), nil)
		}
	case Google:
		var request *http.Request
		var response *http.Response
		request, err = http.NewRequestWithContext(t.Context(), http.MethodPost, s.Endpoint+"/storage/v1/b?project=tests",
			strings.NewReader(fmt.Sprintf(`{"name":%q}`, bucket)))
		if err == nil {
			request.Header.Set("Content-Type", "application/json")
			if response, err = client.Do(request); err == nil {
				body, _ := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK {
					err = fmt.Errorf("%s: %s", response.Status, body)
				}
			}
		}
	default:
		err = os.Mkdir(filepath.Join(s.dir, bucket), 0o700) // a folder of MinIO's is a bucket
	}
	if err != nil {
		t.Fatalf("make the bucket %s: %v", bucket, err)
	}
}

package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const (
	testID    = "399a8b22-3187-41ec-8d3d-0242ac130003"
	testToken = "t0ken-that-nobody-may-see"
	testPath  = "visualization-" + testID + "/1700000000-reports.json"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a client before a server, with its log.
type bench struct {
	*Client
	log bytes.Buffer
}

func newBench(t *testing.T, address string, change func(*Config)) *bench {
	t.Helper()
	b := &bench{}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&b.log), zapcore.DebugLevel)
	cfg := Config{
		URL: address, SourceID: strings.ToUpper(testID), Timeout: 10 * time.Second, Backoff: time.Millisecond, Logger: zap.New(core),
		Token: func(context.Context) (string, error) { return testToken, nil },
	}
	if change != nil {
		change(&cfg)
	}
	client, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	b.Client = client
	return b
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func fileOf(content string) File {
	return File{
		Name: "/somewhere/1700000000-reports.json", Size: int64(len(content)), SHA256: sumOf(content),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func sumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// received is the file of a request's form.
func received(r *http.Request) (name, content string, err error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return "", "", err
	}
	part, err := reader.NextPart()
	if err != nil {
		return "", "", err
	}
	data, err := io.ReadAll(part)
	if err != nil {
		return "", "", err
	}
	if _, err := reader.NextPart(); !errors.Is(err, io.EOF) {
		return "", "", fmt.Errorf("a second part: %w", err)
	}
	return part.FileName(), string(data), nil
}

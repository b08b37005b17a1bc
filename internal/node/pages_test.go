package node

import (
	"net/http"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/config"
	"longhaul/internal/host"
	"longhaul/internal/source"
)

// TestShowPages_whereTheSettingsSay shows them once on an address: a second process that was not told where goes on without.
func TestShowPages_whereTheSettingsSay(t *testing.T) {
	t.Parallel()
	core, said := observer.New(zap.WarnLevel)
	show := func(listen, otherwise string) (*Node, error) {
		registry, err := source.NewRegistry()
		if err != nil {
			t.Fatal(err)
		}
		settings := config.Config{Storage: "mem://", Sources: registry, Report: config.Report{Listen: listen}}
		hosted, err := host.Open(t.Context(), settings, host.Options{Logger: zap.NewNop()})
		if err != nil {
			t.Fatal(err)
		}
		n := &Node{Store: hosted.Store(), parts: shutdown{logger: zap.NewNop()}}
		t.Cleanup(func() { _ = hosted.Close() })
		t.Cleanup(n.Close)
		return n, n.showPages(t.Context(), Options{Settings: settings, Pages: otherwise, Logger: zap.New(core)}, hosted)
	}
	first, err := show("", AnyPort)
	if err != nil || first.Pages == "" {
		t.Fatalf("%q, %v", first.Pages, err)
	}
	answer, err := http.Get(first.Pages)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	_ = answer.Body.Close()
	taken := first.Pages[len("http://") : len(first.Pages)-1]
	if n, err := show("", taken); err != nil || n.Pages != "" || said.FilterMessageSnippet("set report.listen").Len() != 1 {
		t.Errorf("on a taken address by default: %q, %v, said %v", n.Pages, err, said.All())
	}
	if _, err := show(taken, ""); !wrongUsage(err) {
		t.Errorf("on a taken address that was set: %v", err)
	}
	for _, listen := range []string{"", config.Nowhere} {
		if n, err := show(listen, listen); err != nil || n.Pages != "" {
			t.Errorf("%q: %q, %v", listen, n.Pages, err)
		}
	}
	if n, err := show(config.Nowhere, AnyPort); err != nil || n.Pages != "" {
		t.Errorf("none: %q, %v", n.Pages, err)
	}
}

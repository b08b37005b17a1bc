package lookback

import (
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
)

func TestFirst(t *testing.T) {
	p := newPlant(t, server.Options{Reports: 300, Columns: 3, TypeMetadata: 1000}, nil)
	for range 4 {
		at := time.Now()
		r := p.sync(t, nil)
		t.Log(time.Since(at), r.Sync, r.States, r.Outcome, r.APICalls, r.Warnings)
		p.sim.Advance(12 * time.Hour)
		if _, err := p.sim.Churn(server.Churn{Rename: server.Picks{Number: 3}}); err != nil {
			t.Fatal(err)
		}
	}
	_ = filepath.WalkDir(p.dir, func(path string, _ fs.DirEntry, _ error) error { t.Log(path[len(p.dir):]); return nil })
}

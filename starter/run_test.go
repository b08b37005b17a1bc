package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestRun_servesItsVerbsOnly(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"help", []string{"longhaul-starter", "--help"}, 0, "VERBS\n  approve "},
		{
			"a verb of standalone", []string{"longhaul-starter", "demo"}, 2, `"demo" is not a verb of longhaul-starter: use one of approve, cancel, check, ` +
				`completion, connect, diff, discard, disconnect, history, notify, pause, plan, report, resume, schedule, set-quota, show, sources, ` +
				`status, sync, upload, why`,
		},
		{"a link of castor's name", []string{"/usr/bin/castor-upload", "--help"}, 0, "USAGE\n  castor-upload [flags]"},
	} {
		var out bytes.Buffer
		if code := run(t.Context(), row.args, nil, &out, &out); code != row.code || !strings.Contains(out.String(), row.says) {
			t.Errorf("%s: code %d:\n%s", row.name, code, out.String())
		}
	}
}

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"

	"longhaul/internal/host"
)

// extracts are two folders in dir: in the second, one report has another name and one is gone.
func extracts(t *testing.T, dir string) {
	t.Helper()
	const (
		first  = `{"Id":"00O000000000001AAA","Name":"Won","OwnerId":"00l000000000001AAA","LastRunDate":null}`
		second = `{"Id":"00O000000000002AAA","Name":"Lost","OwnerId":"00l000000000001AAA"}`
	)
	for folder, reports := range map[string]string{
		"a": "[" + first + "," + second + "]",
		"b": "[" + strings.NewReplacer(`"Won"`, `"Deals Won"`, "null", `"2026-11-23T05:00:00.000+0000"`).Replace(first) + "]",
	} {
		for name, content := range map[string]string{
			"reports": reports, "reports_metadata": "[]", "dashboards": "[]", "dashboard_components": "[]", "users": "[]",
			"folders": `[{"Id":"00l000000000001AAA","Name":"Sales"}]`, "summary": `{"version":"1.2.3","executed_at":"2026-11-23T05:00:00"}`,
		} {
			file := filepath.Join(dir, folder, "1795451617-"+name+".json")
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// compared calls diff in a directory with two extracts, without a Temporal.
func compared(t *testing.T, args ...string) (int, *output) {
	t.Helper()
	app, out := newTestApp(t, append([]string{"longhaul-starter", "diff"}, args...)...)
	app.Dial = func(context.Context, host.DialOptions) (client.Client, error) {
		return nil, errors.New("folders need no Temporal")
	}
	extracts(t, app.Dir)
	return Main(t.Context(), app), out
}

func TestDiff_ofTwoFolders(t *testing.T) {
	t.Parallel()
	code, out := compared(t, "./a", "b")
	shown, notes, _ := strings.Cut(out.stdout.String(), "\nTo be expected\n")
	want := `./a and b differ

File                  First  Second  Same  Differ  Only first  Only second
reports                   2       1     0       1           1            0
   They differ in Name (1).
   By time alone: LastRunDate (1).
reports_metadata          0       0     0       0           0            0
dashboards                0       0     0       0           0            0
dashboard_components      0       0     0       0           0            0
folders                   1       1     1       0           0            0
users                     0       0     0       0           0            0

Reports that are gone (1)
  "Lost" (00O000000000002AAA) in Sales

Reports that were renamed (1)
  "Deals Won" (00O000000000001AAA): was "Won"
`
	if diff := cmp.Diff(want, shown); diff != "" || code != exitDiffer || !strings.Contains(strings.Join(strings.Fields(notes), " "), "they do not count as differences.") {
		t.Errorf("code %d, stderr %s (-want +got):\n%s\nnotes:\n%s", code, out.stderr.String(), diff, notes)
	}
	code, out = compared(t, "a", "a")
	if code != exitDone || !strings.HasPrefix(out.stdout.String(), "a and a: equal but for time\n") {
		t.Errorf("code %d:\n%s", code, out.stdout.String())
	}
	code, out = compared(t, "a", "b", "--json")
	var got struct {
		Equal *bool
		Files []struct{ Name string }
	}
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != exitDiffer || got.Equal == nil || *got.Equal || len(got.Files) != 6 {
		t.Errorf("code %d, %v: %s", code, err, out.stdout.String())
	}
}

func TestDiff_ofWhatIsNoFolder(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{"a", "./c"}, "./c is no folder: diff compares two syncs of a source, or two folders"},
		{[]string{"a", "c"}, "c is no folder: diff compares two syncs of a source, or two folders"},
		{[]string{"./a", "c"}, "c is no folder"},
		{[]string{"c", "a"}, "c is no folder"},
		{[]string{"c", "./a"}, "c is no folder"},
		{[]string{"a", "b", "--kind", "reports"}, "--kind is for two syncs of a source"},
		{[]string{"a", "."}, "holds no file of an extract"},
	} {
		if code, out := compared(t, row.args...); code != exitUsage || !strings.Contains(out.stderr.String(), row.says) {
			t.Errorf("%v: code %d: %s", row.args, code, out.stderr.String())
		}
	}
}

// TestDiff_ofASourceThatIsCalledAsAFolder asks Temporal, where a sync stands behind it.
func TestDiff_ofASourceThatIsCalledAsAFolder(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"a"}, {"a", "monday"}, {"c", "monday"}, {"a", "20261123", "b"}} {
		if code, out := compared(t, args...); code == exitDone || !strings.Contains(out.stderr.String(), "folders need no Temporal") {
			t.Errorf("%v: code %d: %s", args, code, out.stderr.String())
		}
	}
}

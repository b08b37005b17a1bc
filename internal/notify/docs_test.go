package notify

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestNotifyPage_hasEveryEvent holds the table of the page against the table of the program.
func TestNotifyPage_hasEveryEvent(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/notify.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "| Event | When | Default | Stands | Metric | Alert |\n")
	table, _, _ := strings.Cut(rest, "\n\n")
	var got []Row
	var byDefault []Event
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 8 || strings.Contains(line, "---") {
			continue
		}
		for i := range cells {
			cells[i] = strings.Trim(cells[i], " `")
		}
		row := Row{Event: Event(cells[1]), Opens: cells[4] == "yes", Metric: cells[5], Alert: cells[6]}
		got = append(got, row)
		if cells[3] == "yes" {
			byDefault = append(byDefault, row.Event)
		}
	}
	var want []Row
	for _, row := range Table {
		if row.Person = false; row.Event != Test {
			want = append(want, row)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page has\n%v\nand the program\n%v", got, want)
	}
	if !slices.Equal(byDefault, Settings{}.Default()) {
		t.Errorf("by default receivers get, as the page says, %v, as the program does %v", byDefault, Settings{}.Default())
	}
}

// TestDefault_leavesToAlerts what an alert tells as well.
func TestDefault_leavesToAlerts(t *testing.T) {
	t.Parallel()
	left := Settings{LeaveToAlerts: true}.Default()
	for _, event := range (Settings{}).Default() {
		if slices.Contains(left, event) == slices.Contains(AlertsTell, event) {
			t.Errorf("%s", event)
		}
	}
	for _, event := range AlertsTell {
		if RowOf(event).Alert == "" {
			t.Errorf("no alert tells %s", event)
		}
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{
		"ops": true, "o": true, "on-call-2": true, strings.Repeat("a", 40): true,
		"": false, "-ops": false, "ops-": false, "Ops": false, "o ps": false, "ops.eu": false, strings.Repeat("a", 41): false,
	} {
		if err := CheckName(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}

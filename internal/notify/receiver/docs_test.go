package receiver_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
)

// TestNotifyPage_hasURLsThatTheLibraryTakes reads each example of a receiver.
func TestNotifyPage_hasURLsThatTheLibraryTakes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/notify.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?m)^\\| [^|]+ \\| `([a-z]+:[^`]+)` \\|$").FindAllStringSubmatch(string(page), -1)
	if len(found) < 10 {
		t.Errorf("the page has %d examples", len(found))
	}
	for _, one := range found {
		if strings.HasPrefix(one[1], "matrix:") { // it logs in when it is made
			continue
		}
		if _, err := new(router.ServiceRouter).Locate(one[1]); err != nil {
			t.Errorf("%s: %v", one[1], err)
		}
	}
}

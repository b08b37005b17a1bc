package bucket

import (
	"strings"
	"testing"
)

// TestBeginsAsPage_isNoObjectOfLonghaul takes objects of Longhaul that contain what looks like a page.
func TestBeginsAsPage_isNoObjectOfLonghaul(t *testing.T) {
	t.Parallel()
	for _, head := range []string{
		"", " \n", "\x28\xb5\x2f\xfd\x00<p> <html><body>", `{"name":"<html><body>` + strings.Repeat("x", 600),
		"[\n {\"Name\":\"<script>", `"<html>"`, "12", "null", "true",
	} {
		if beginsAsPage([]byte(head)) {
			t.Errorf("%q is taken for a page", head)
		}
	}
}

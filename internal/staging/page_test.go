package staging

import (
	"strings"
	"testing"
)

// TestInPlaceOfOurs_isNoObjectOfOurs takes what looks like a page within what the bucket holds.
func TestInPlaceOfOurs_isNoObjectOfOurs(t *testing.T) {
	t.Parallel()
	for _, head := range []string{
		"", " \n", "\x28\xb5\x2f\xfd\x00<p> <html><body>", `{"name":"<html><body>` + strings.Repeat("x", 600),
		"[\n {\"Name\":\"<script>", `"<html>"`, "12", "null", "true",
	} {
		if inPlaceOfOurs([]byte(head)) {
			t.Errorf("%q is taken for a page", head)
		}
	}
}

package exporttest

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"longhaul/internal/staging"
)

func sumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// isTorn reports whether an error is that of a stream without its end.
func isTorn(err error) bool { return errors.Is(err, staging.ErrTorn) }

// sound reads a file as others will, where the end of its name says how, and compares how many records it has with what was said.
func sound(name, content string, count int64) error {
	var n int
	var err error
	switch filepath.Ext(name) {
	case ".json":
		n, err = countJSON(content)
	case ".jsonl", ".ndjson":
		n, err = countLines(content)
	case ".csv":
		var lines [][]string
		lines, err = csv.NewReader(strings.NewReader(content)).ReadAll()
		if n = len(lines); int64(n) == count+1 { // with a header
			n--
		}
	default:
		return nil
	}
	if err == nil && !utf8.ValidString(content) {
		err = errors.New("it is not UTF-8")
	}
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	if int64(n) != count {
		return fmt.Errorf("has %d records, and counts %d", n, count)
	}
	return nil
}

// countJSON counts the elements of an array; another value is one record.
func countJSON(content string) (int, error) {
	var value any
	if err := json.Unmarshal([]byte(content), &value); err != nil {
		return 0, err
	}
	if list, ok := value.([]any); ok {
		return len(list), nil
	}
	return 1, nil
}

func countLines(content string) (n int, err error) {
	for line := range strings.Lines(content) {
		if !json.Valid([]byte(line)) {
			return 0, fmt.Errorf("line %d is no JSON", n+1)
		}
		n++
	}
	return n, nil
}

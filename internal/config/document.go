package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"longhaul/internal/plaintext"
)

// reader walks the nodes of a settings file, gathers the values and notes every mistake with its line.
type reader struct {
	file     string
	values   values
	mistakes Mistakes
}

// readDocument reads a settings file's text. Values with a mistake are left out. A text that is no YAML at all has
// that one mistake and says nothing of what is set.
func readDocument(file string, data []byte) (v values, mistakes Mistakes, isYAML bool) {
	r := &reader{file: file, values: newValues()}
	root, err := parseYAML(data)
	if err != nil {
		r.mistakes.add(origin{name: file, line: brokenLine(data, err)}, "%s", brokenText(err))
		return r.values, r.mistakes, false
	}
	if root != nil {
		r.section("", schema(), root, root.Line)
	}
	return r.values, r.mistakes, true
}

var errSecondDocument = errors.New("a second document begins after ---: keep one")

// parseYAML gives the root of the only document; nil when there is none or it is empty.
func parseYAML(data []byte) (root *yaml.Node, err error) {
	defer func() {
		// The parser is known to panic on some broken texts instead of refusing them.
		if broken := recover(); broken != nil {
			root, err = nil, errors.New("it cannot be parsed")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, fmt.Errorf("line %d: %w", second.Line, errSecondDocument)
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(document.Content) == 0 || isNull(document.Content[0]) {
		return nil, nil
	}
	return document.Content[0], nil
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// brokenLine is where a text stops being YAML: the line after the longest beginning that still is. The parser's own
// line is where the broken part began, often the first; it has to do for texts that take too long to search.
func brokenLine(data []byte, err error) int {
	if errors.Is(err, errSecondDocument) {
		return parsersLine(err)
	}
	ends := lineEnds(data)
	toSearch := 4 << 20 // bytes parsed at most
	for n := len(ends) - 1; n > 0; n-- {
		if toSearch -= ends[n-1]; toSearch < 0 {
			return parsersLine(err)
		}
		if _, err := parseYAML(data[:ends[n-1]]); err == nil {
			return n + 1
		}
	}
	return 1
}

func parsersLine(err error) int {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 1
	}
	line, _ := strconv.Atoi(m[1])
	return max(line, 1)
}

// lineEnds gives for each line the offset behind it.
func lineEnds(data []byte) []int {
	var ends []int
	at := 0
	for line := range bytes.Lines(data) {
		at += len(line)
		ends = append(ends, at)
	}
	return ends
}

func brokenText(err error) string {
	what := strings.TrimPrefix(yamlLine.ReplaceAllString(err.Error(), ""), "yaml: ")
	if errors.Is(err, errSecondDocument) {
		return what
	}
	if strings.Contains(what, "cannot start any token") {
		what += " (a tab, perhaps: indent with spaces)"
	}
	if strings.Contains(what, "expected alphabetic or numeric character") {
		what += " (a value that begins with * or &, such as one for cron, stands in quotes)"
	}
	return "this is not YAML: " + what + "; look at the indentation, colons and quotes here and on the line before"
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func (r *reader) at(n *yaml.Node) origin { return origin{name: r.file, line: n.Line} }

func (r *reader) wrong(n *yaml.Node, path, format string, args ...any) {
	r.mistakes.add(r.at(n), "%s: %s", path, fmt.Sprintf(format, args...))
}

// section reads the settings of a section, or the named sections of a list of them.
func (r *reader) section(path string, s setting, n *yaml.Node, line int) {
	r.values.origins[path] = origin{name: r.file, line: line}
	if n.Kind != yaml.MappingNode {
		r.mistakes.add(origin{name: r.file, line: line}, "%smust hold settings of the form name: value (%s)", label(path), strings.Join(s.names(), ", "))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			r.mistakes.add(r.at(key), "%sthis is not the name of a setting: merges, references and compound keys are not for settings", label(path))
			continue
		}
		if first, twice := seen[key.Value]; twice {
			r.wrong(key, join(path, key.Value), "is set twice, first on line %d: keep one", first)
			continue
		}
		seen[key.Value] = key.Line
		r.entry(path, s, key, value)
	}
}

func (r *reader) entry(path string, s setting, key, value *yaml.Node) {
	field, known := s.field(key.Value)
	if s.kind == named {
		field, known = setting{name: key.Value, kind: section, fields: s.fields}, true
		if err := s.check(key.Value); err != nil {
			r.mistakes.add(r.at(key), "%s: %s", path, sentence(err))
			return
		}
	}
	if !known {
		r.mistakes.add(r.at(key), "%sthere is no setting %.60q here; %s", label(path), key.Value, didYouMean(key.Value, s.names()))
		return
	}
	path = join(path, field.name)
	if value.Kind == yaml.AliasNode || value.Anchor != "" {
		r.wrong(value, path, "references (& and *) are not for settings: write the value out")
		return
	}
	switch field.kind {
	case section, named:
		r.subsection(path, field, key, value)
	default:
		r.leaf(path, field, value)
	}
}

func (r *reader) subsection(path string, s setting, key, value *yaml.Node) {
	if isNull(value) {
		if s.kind == section {
			r.wrong(key, path, "is empty: fill it in or remove the line")
		}
		return
	}
	r.section(path, s, value, key.Line)
}

// leaf reads one value. Texts are taken as they are written, so that an id of digits alone stays what it is.
func (r *reader) leaf(path string, s setting, n *yaml.Node) {
	value, err := scalar(s, n)
	if s.kind == list {
		value, err = items(s, n)
	}
	if err == nil {
		err = s.verify(value)
	}
	if err != nil {
		r.wrong(n, path, "%s", sentence(err))
		return
	}
	r.values.set(path, value, r.at(n))
}

func scalar(s setting, n *yaml.Node) (any, error) {
	if n.Kind != yaml.ScalarNode {
		return nil, errors.New("must be one value, not a list or a section")
	}
	switch s.kind {
	case integer:
		value, err := wholeNumber(n.Value)
		tag := n.ShortTag()
		number := tag == "!!int" || tag == "!!float" // 08 is a float to YAML
		if !number || errors.Is(err, errNoNumber) {
			return nil, fmt.Errorf("must be a whole number from %d to %d, without quotes", s.low, s.high)
		}
		return value, err
	case boolean:
		var value bool
		if n.ShortTag() != "!!bool" || n.Decode(&value) != nil {
			return nil, errors.New("must be true or false, without quotes")
		}
		return value, nil
	case duration:
		return s.parseDuration(n.Value)
	case days:
		return s.parseDays(n.Value)
	default: // a text or a secret
		if value := plaintext.Line(n.Value); !isNull(n) && value != "" {
			return value, nil
		}
		if s.kind == secret {
			return nil, errors.New("is empty: write env:NAME or file:PATH, or remove the line")
		}
		return "", nil
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func label(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

package config

import "strings"

// values are settings as read, by dotted path, each with the place it was read at.
type values struct {
	data    map[string]any
	origins map[string]origin // of values and of sections
}

func newValues() values {
	return values{data: map[string]any{}, origins: map[string]origin{}}
}

func (v values) set(path string, value any, from origin) {
	v.data[path], v.origins[path] = value, from
}

// has says whether a setting was given a value other than the empty text.
func (v values) has(path string) bool {
	value, ok := v.data[path]
	return ok && value != ""
}

func (v values) text(path string) string {
	s, _ := v.data[path].(string)
	return s
}

func (v values) integer(path string, otherwise int) int {
	if n, ok := v.data[path].(int); ok {
		return n
	}
	return otherwise
}

// near is the place of a setting, or of the closest section around it.
func (v values) near(path string) origin {
	for {
		if o, ok := v.origins[path]; ok {
			return o
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return origin{}
		}
		path = path[:i]
	}
}

// nested gives the values as a tree.
func (v values) nested() map[string]any {
	root := map[string]any{}
	for path, value := range v.data {
		at := root
		parts := strings.Split(path, ".")
		for _, part := range parts[:len(parts)-1] {
			next, ok := at[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[part] = next
			}
			at = next
		}
		at[parts[len(parts)-1]] = value
	}
	return root
}

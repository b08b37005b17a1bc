package notify

import "strings"

// Body is the text with the command and the links, for receivers that have no better place for them.
func (m Message) Body() string {
	var body strings.Builder
	body.WriteString(m.Text)
	for _, more := range [][2]string{{"Command", m.Command}, {"Sync", m.UI}, {"Page", m.Page}} {
		if more[1] != "" {
			body.WriteString("\n" + more[0] + ": " + more[1])
		}
	}
	return body.String()
}

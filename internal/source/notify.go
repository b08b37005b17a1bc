package source

// Notify says for receivers of messages which events of the source they get, by name. A receiver that is absent gets what is set for all
// sources; one with an empty list gets nothing.
type Notify map[string][]string

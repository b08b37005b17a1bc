package receiver

import "slices"

// Services are those of shoutrrr that are known, for tests.
var Services = slices.Concat(titled, untitled, calling)

// Inert is a text as a service of shoutrrr shows it.
var Inert = inert

// Plain are the services of shoutrrr that show a text as it is.
var Plain = plain

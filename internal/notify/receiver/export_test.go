package receiver

import "slices"

// Services are those of shoutrrr that are known, for tests.
var Services = slices.Concat(titled, untitled, calling)

// Package reach says how far a file may have come in deliveries that failed.
package reach

// Reach is how far a file may have come in deliveries that failed. When its name is taken later, it says whose file the target has.
type Reach string

// The reaches, the nearest first.
const (
	None    Reach = "none"    // every try was refused, or broke off before its end
	Proxy   Reach = "proxy"   // something answered a success as the target would not, and may have let the file through
	Unknown Reach = "unknown" // the target may well have the file
)

// Farther returns the farther of two reaches. What is neither None nor Proxy may have gone all the way.
func Farther(a, b Reach) Reach {
	switch {
	case a == None:
		return b
	case b == None || a == b:
		return a
	default:
		return Unknown
	}
}

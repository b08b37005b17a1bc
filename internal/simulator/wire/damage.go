package wire

// Damage is what a fault does to the real answer. This package does the damage of the connection: TruncatedGzip and
// ResetHalfway. What the others need, the handlers do.
type Damage int

// The damages.
const (
	Intact          Damage = iota
	Delayed                // the answer is held back
	TruncatedGzip          // the gzip body ends early
	ResetHalfway           // the connection is reset after half of the answer's body
	NoExtended             // a describe lacks its extended metadata
	ResetBeforeBody        // the connection is reset before the body of the request is read
	ResetAfterBody         // the connection is reset after the body of the request, which is kept
	StatusChanged          // a proxy changes the status of a success, and the body of the request is kept
)

// Command standalone is all of Longhaul in one process, for one machine: Temporal and its UI, a worker, a simulator for
// the demo, and every verb.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args, os.Environ(), os.Stdout, os.Stderr))
}

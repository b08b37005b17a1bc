// Command starter starts and watches syncs on any Temporal, and delivers files to the catalog.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args, os.Environ(), os.Stdout, os.Stderr))
}

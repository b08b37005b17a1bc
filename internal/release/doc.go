// Package release holds what a release is made of to the rest of the repository; its tests read the files.
package release

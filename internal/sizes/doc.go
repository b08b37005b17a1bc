// Package sizes holds the code of this repository to bounds, so that a reader can hold each piece of it in mind; its test measures them.
package sizes

package stream

import (
	"bytes"
	"iter"
)

// Lines gives the lines of items.
func Lines(items iter.Seq2[Item, error]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for item, err := range items {
			if !yield(item.Line, err) {
				return
			}
		}
	}
}

// Unique gives the first item of each Id.
func Unique(items iter.Seq2[Item, error]) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var last []byte
		for item, err := range items {
			if err == nil && bytes.Equal(item.ID, last) {
				continue
			}
			last = append(last[:0], item.ID...)
			if !yield(item, err) {
				return
			}
		}
	}
}

// Except gives the lines whose Id none of the other streams has, each Id once.
func Except(lines iter.Seq2[[]byte, error], others ...iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	streams := make([]Stream, 0, len(others)+1)
	for _, other := range others {
		streams = append(streams, Stream{Lines: other})
	}
	streams = append(streams, Stream{Lines: lines}) // of one Id the others come first
	return func(yield func([]byte, error) bool) {
		var last []byte
		for item, err := range Merge(streams...) {
			if err == nil {
				seen := bytes.Equal(item.ID, last)
				last = append(last[:0], item.ID...)
				if seen || item.Stream < len(others) {
					continue
				}
			}
			if !yield(item.Line, err) || err != nil {
				return
			}
		}
	}
}

// Any reports whether there is a line.
func Any(lines iter.Seq2[[]byte, error]) (bool, error) {
	for _, err := range lines {
		return err == nil, err
	}
	return false, nil
}

// Check reads lines to their end and returns the first error, that of a wrong order included.
func Check(lines iter.Seq2[[]byte, error]) error {
	for _, err := range Merge(Stream{Lines: lines}) {
		if err != nil {
			return err
		}
	}
	return nil
}

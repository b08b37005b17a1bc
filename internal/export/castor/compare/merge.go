package compare

import (
	"context"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// row is what several files have under one Id; nil where one has nothing. It is valid until the next.
type row struct {
	id  string
	raw []jsontext.Value
}

// head is the next record of a file.
type head struct {
	record record
	have   bool
	next   func() (record, error, bool)
}

func (h *head) load() (err error) {
	h.record, err, h.have = h.next()
	h.have = h.have && err == nil
	return err
}

// merge joins files by Id. It holds one record of each.
func merge(ctx context.Context, files []*file) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		heads := make([]*head, len(files))
		for i, f := range files {
			next, stop := iter.Pull2(f.each(ctx))
			defer stop()
			heads[i] = &head{next: next}
			if err := heads[i].load(); err != nil {
				yield(row{}, err)
				return
			}
		}
		for {
			least := ""
			for _, h := range heads {
				if h.have && (least == "" || h.record.id < least) {
					least = h.record.id
				}
			}
			if least == "" {
				return
			}
			one := row{id: least, raw: make([]jsontext.Value, len(heads))}
			for i, h := range heads {
				if h.have && h.record.id == least {
					one.raw[i] = h.record.raw
				}
			}
			if !yield(one, nil) {
				return
			}
			for i, h := range heads {
				if one.raw[i] == nil {
					continue
				}
				if err := h.load(); err != nil {
					yield(row{}, err)
					return
				}
			}
		}
	}
}

package org

import (
	"errors"

	"longhaul/internal/doctor"
	"longhaul/internal/listing"
)

var errNotAsked = errors.New("the org was not asked")

// Skipped are the rows of Check where the org cannot be asked.
func Skipped(because string) []doctor.Finding {
	f := &facts{login: errNotAsked, visible: make(map[listing.Kind]*answer[int64])}
	for _, k := range seen {
		f.visible[k] = new(answer[int64])
	}
	rows := f.rows()
	for i, r := range rows {
		rows[i] = about(r.ID, r.Title).skip(because)
	}
	return rows
}

package soql

import (
	"slices"
	"strings"

	"longhaul/internal/simulator/org"
)

// View is an org as one user sees it.
type View interface {
	// Object finds an object of the schema, if the user may know of it.
	Object(name string) (*org.Object, bool)
	// Knows reports whether a field exists for the user.
	Knows(o *org.Object, f *org.Field) bool
	ID(object string, i int) string
	Find(object, id18 string) (int, bool)
	Field(object string, i int, field string) any
	// In reports whether a row lies in a scope; deleted admits those in the recycle bin.
	In(object string, i int, scope string, deleted bool) bool
	// Concealed reports whether a row is left out of every answer, except to a query for its Id.
	Concealed(object string, i int) bool
	// Ranking is the server's order of an object's ids.
	Ranking(object string) *Ranking
	// Children lists the rows of a child object that lead to a parent.
	Children(child org.Child, parentID string) []int
}

// Order is how the server compares ids.
type Order string

// The two orders in which a server may hold ids. Salesforce does not document which it uses.
const (
	Binary     Order = "binary" // 0-9 < A-Z < a-z
	IgnoreCase Order = "ci"     // letters of either case together
)

// Compare orders two 18-character ids.
func (o Order) Compare(a, b string) int {
	if o == IgnoreCase {
		for i := range min(len(a), len(b)) {
			if x, y := upper(a[i]), upper(b[i]); x != y {
				return int(x) - int(y)
			}
		}
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// Ranking lists the rows of an object in the server's order of their ids.
type Ranking struct {
	order Order
	count int
	id    func(i int) string
	rows  []int32 // nil when the rows are in that order already
}

// NewRanking orders count rows. Byte order costs nothing, the other one four bytes a row.
func NewRanking(order Order, count int, id func(i int) string) *Ranking {
	r := &Ranking{order: order, count: count, id: id}
	if order == IgnoreCase {
		r.rows = make([]int32, count)
		for i := range r.rows {
			r.rows[i] = int32(i)
		}
		slices.SortFunc(r.rows, func(a, b int32) int { return order.Compare(id(int(a)), id(int(b))) })
	}
	return r
}

// At is the row at a rank.
func (r *Ranking) At(rank int) int {
	if r.rows != nil {
		return int(r.rows[rank])
	}
	return rank
}

// Search finds the first rank whose id is not before id, or with after the first whose id is after it.
func (r *Ranking) Search(id string, after bool) int {
	low, high := 0, r.count
	for low < high {
		middle := (low + high) / 2
		if c := r.order.Compare(r.id(r.At(middle)), id); c < 0 || after && c == 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

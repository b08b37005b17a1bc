package org

// shuffle is a permutation of 0..n-1 that costs no memory: i*step+shift modulo n, with its inverse.
type shuffle struct{ n, step, back, shift uint64 }

func newShuffle(n int, seed uint64) shuffle {
	if n < 2 {
		return shuffle{n: 1, step: 1, back: 1}
	}
	size := uint64(n)
	step := uint64(float64(size)*0.6180339887) | 1
	for gcd(step, size) != 1 {
		step++
	}
	return shuffle{n: size, step: step % size, back: inverse(step%size, size), shift: seed % size}
}

func (s shuffle) at(i int) int { return int((uint64(i)*s.step + s.shift) % s.n) }

func (s shuffle) from(place int) int {
	return int((uint64(place) + s.n - s.shift) % s.n * s.back % s.n)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// inverse finds x with a*x = 1 modulo n, for a and n without a common divisor.
func inverse(a, n uint64) uint64 {
	t, next := int64(0), int64(1)
	r, rest := int64(n), int64(a)
	for rest != 0 {
		q := r / rest
		t, next = next, t-q*next
		r, rest = rest, r-q*rest
	}
	if t < 0 {
		t += int64(n)
	}
	return uint64(t)
}

// mix turns a number into one that looks random.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// idSpan is how far the nine counting digits of an id reach.
const idSpan = 62 * 62 * 62 * 62 * 62 * 62 * 62 * 62 * 62

// rows are the ids of one object: in byte order, spread over the span, each computed from its index.
type rows struct {
	prefix       string // key prefix and pod
	count        int
	base, stride uint64
	seed         uint64
	order        shuffle // place in the plan of the org, by index
}

func newRows(prefix string, count int, seed uint64) rows {
	seed = mix(seed ^ uint64(prefix[0])<<16 ^ uint64(prefix[1])<<8 ^ uint64(prefix[2]))
	return rows{
		prefix: prefix + "Hs0", count: count, seed: seed, order: newShuffle(count, mix(seed)),
		base: seed % (idSpan / 4), stride: idSpan / 2 / uint64(max(count, 1)),
	}
}

func (r *rows) number(i int) uint64 { return r.base + uint64(i)*r.stride + r.roll(i, 1)%r.stride }

func (r *rows) id(i int) string { return ID18(r.prefix + encode62(r.number(i), 9)) }

func (r *rows) find(id18 string) (int, bool) {
	if len(id18) != 18 || id18[:6] != r.prefix {
		return 0, false
	}
	n, ok := decode62(id18[6:15])
	if !ok || n < r.base {
		return 0, false
	}
	i := (n - r.base) / r.stride
	if i >= uint64(r.count) || r.id(int(i)) != id18 {
		return 0, false
	}
	return int(i), true
}

// roll is the random number of a row for one purpose.
func (r *rows) roll(i int, purpose uint64) uint64 { return mix(r.seed ^ uint64(i)<<8 ^ purpose) }

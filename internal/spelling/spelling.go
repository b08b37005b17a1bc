// Package spelling finds what a misspelt word may have been meant for.
package spelling

import (
	"slices"
	"strings"
)

// Nearest finds the known word that differs in writing only, or else in the fewest letters; empty when none is near.
func Nearest(word string, known []string) string {
	if len(word) > 60 {
		return ""
	}
	best, fewest := "", max(2, len(word)/4)+1
	for _, k := range known {
		if plain(k) == plain(word) {
			return k
		}
		if d := distance(strings.ToLower(word), k); d < fewest && (d < 2 || len(word) > shortest || anagrams(strings.ToLower(word), k)) {
			best, fewest = k, d
		}
	}
	return best
}

// shortest is the most letters of a word in which a second wrong letter is another word, unless two were swapped.
const shortest = 5

// anagrams says whether two words have the same letters.
func anagrams(a, b string) bool {
	letters := [2][]byte{[]byte(a), []byte(b)}
	slices.Sort(letters[0])
	slices.Sort(letters[1])
	return slices.Equal(letters[0], letters[1])
}

// plain takes out what people write differently: clientId, client-id and CLIENT_ID are one word.
func plain(word string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(word))
}

// distance counts the letters to insert, delete or replace to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

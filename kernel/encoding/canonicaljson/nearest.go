package canonicaljson

import (
	"reflect"
	"slices"
	"strings"
)

// nearest returns the known name with the smallest edit distance to name, upper and lower case being the same; of
// equally near ones the first in order. It returns "" when none is near enough to be meant.
func nearest(name string, known map[string]reflect.Type) string {
	const longest = 64 // a longer name is no slip of the finger, and the comparison is quadratic
	if len(name) > longest {
		return ""
	}
	candidates := make([]string, 0, len(known))
	for candidate := range known {
		candidates = append(candidates, candidate)
	}
	slices.Sort(candidates)
	best, bestDistance := "", 1+max(2, len(name)/3)
	for _, candidate := range candidates {
		distance := editDistance(strings.ToLower(name), strings.ToLower(candidate))
		if distance < bestDistance && distance < len(candidate) {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

// editDistance counts the insertions, deletions and replacements of bytes that make b of a (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

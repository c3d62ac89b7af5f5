// Package nearest finds the known name that a misspelt one stands for, so that an
// error can ask "did you mean …?".
package nearest

import "strings"

// longest bounds the names that are compared, in bytes: a longer one is no slip
// of the finger, and the comparison is quadratic.
const longest = 64

// Name returns the known name with the smallest edit distance to name, upper and
// lower case being the same; of equally near ones the first. It returns "" when
// none is near enough to be meant.
func Name(name string, known []string) string {
	if len(name) > longest {
		return ""
	}
	best, least := "", 1+max(2, len(name)/3)
	for _, candidate := range known {
		distance := editDistance(strings.ToLower(name), strings.ToLower(candidate))
		if distance < least && distance < len(candidate) {
			best, least = candidate, distance
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

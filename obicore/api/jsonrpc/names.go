package jsonrpc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"hash/maphash"
	"slices"
)

// memberName is the name of an object's member: a hash to find repetitions with, and where the quoted name stands, to be
// sure. Offsets and not slices, so that a scanner that waits in the pool keeps no body alive.
type memberName struct {
	hash       uint64
	start, end int
	escaped    bool
}

// seed makes the hashes unpredictable, so that nobody can send names that collide.
var seed = maphash.MakeSeed()

// addName remembers the name that was just read.
func (s *scanner) addName(name, quoted []byte, escaped bool) {
	s.names = append(s.names, memberName{
		hash: maphash.Bytes(seed, name), start: s.position - len(quoted), end: s.position, escaped: escaped,
	})
}

func (s *scanner) sameName(a, b memberName) bool {
	return a.hash == b.hash && bytes.Equal(unescape(s.data[a.start:a.end], a.escaped), unescape(s.data[b.start:b.end], b.escaped))
}

// unescape returns the content of a string that the scanner accepted.
func unescape(quoted []byte, escaped bool) []byte {
	if !escaped {
		return quoted[1 : len(quoted)-1]
	}
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return quoted // cannot happen after the scanner; the quoted form is still a name
	}
	return []byte(text)
}

// fewNames is the number of names up to which comparing every pair is cheaper than sorting.
const fewNames = 8

// closeNames forgets the names of an object that ends, whose first is at base, and refuses a name that stands there twice.
func (s *scanner) closeNames(base int) error {
	names := s.names[base:]
	s.names = s.names[:base]
	if len(names) > fewNames {
		slices.SortFunc(names, func(a, b memberName) int { return cmp.Compare(a.hash, b.hash) })
		for i := range names[1:] {
			if s.sameName(names[i], names[i+1]) {
				return s.fail("repeated member name in object")
			}
		}
		return nil
	}
	for i, name := range names {
		for _, earlier := range names[:i] {
			if s.sameName(name, earlier) {
				return s.fail("repeated member name in object")
			}
		}
	}
	return nil
}

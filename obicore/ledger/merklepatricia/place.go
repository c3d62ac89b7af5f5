package merklepatricia

import "github.com/credibleledger/credibleledger/kernel/chain"

// pathNibbles is the length of every path: of the nibbles of a hash.
const pathNibbles = 2 * chain.HashSize

// nibble returns the nibble of path at depth, the high one of a byte first.
func nibble(path *chain.Hash, depth int) byte {
	if depth%2 == 0 {
		return path[depth/2] >> 4
	}
	return path[depth/2] & 0x0f
}

// suffixOf returns the nibbles of path from depth on.
func suffixOf(path *chain.Hash, depth int) []byte {
	suffix := make([]byte, pathNibbles-depth)
	for i := range suffix {
		suffix[i] = nibble(path, depth+i)
	}
	return suffix
}

// matching returns how many nibbles path has in common with suffix from depth on.
func matching(suffix []byte, path *chain.Hash, depth int) int {
	for i := range suffix {
		if suffix[i] != nibble(path, depth+i) {
			return i
		}
	}
	return len(suffix)
}

// place is where a node stands in its trie: the nibbles that lead to it.
type place struct {
	depth   int
	nibbles [pathNibbles]byte
}

// below returns the place to which more nibbles lead from p.
func (p place) below(more ...byte) place {
	p.depth += copy(p.nibbles[p.depth:], more)
	return p
}

// path returns the whole path that begins at p and goes on with suffix.
func (p place) path(suffix []byte) (path chain.Hash) {
	whole := p.below(suffix...)
	for i := range path {
		path[i] = whole.nibbles[2*i]<<4 | whole.nibbles[2*i+1]
	}
	return path
}

// trie names one of the tries: the names of its records begin so.
type trie string

const accountTrie trie = "a"

// storageTrie returns the trie of an account's storage.
func storageTrie(owner *chain.Hash) trie { return trie("s" + string(owner[:])) }

// record returns the name of the record of the node at a place.
func (t trie) record(at *place) []byte {
	name := make([]byte, 0, len(t)+at.depth)
	return append(append(name, t...), at.nibbles[:at.depth]...)
}

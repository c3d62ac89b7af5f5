package binarytree

import "github.com/credibleledger/credibleledger/kernel/chain"

// Prefixes that separate the uses of the hash function.
const (
	prefixPath  = 0x00
	prefixLeaf  = 0x01
	prefixValue = 0x02
	prefixInner = 0x03
)

// hashing owns the buffers that the hash function reads, so that hashing a node
// allocates nothing. It is not safe for concurrent use.
type hashing struct {
	shared chain.Hasher // what hasher was made of
	hasher chain.Hasher
	node   [1 + 2*chain.HashSize]byte
	long   []byte
	parts  [1][]byte
	// What fold comes to on the way.
	pairs [2]chain.Hash
	quads [quads]chain.Hash
	// Room for what lasts: pages are many, and what each needs is small.
	rooms []chain.Hash
	names []byte
}

// room returns room for a hash.
func (h *hashing) room() *chain.Hash {
	if len(h.rooms) == 0 {
		h.rooms = make([]chain.Hash, roomsAtOnce)
	}
	room := &h.rooms[0]
	h.rooms = h.rooms[1:]
	return room
}

// name is pageName.
func (h *hashing) name(depth int, path *chain.Hash) []byte {
	if cap(h.names)-len(h.names) < maxPageName {
		h.names = make([]byte, 0, roomsAtOnce*maxPageName)
	}
	begin := len(h.names)
	h.names = appendPageName(h.names, depth, path)
	return h.names[begin:len(h.names):len(h.names)]
}

const roomsAtOnce = 16

func newHashing(hasher chain.Hasher) *hashing {
	return &hashing{shared: hasher, hasher: chain.Serial(hasher)}
}

func (h *hashing) path(key chain.StateKey) chain.Hash { return h.content(prefixPath, key.Encode()) }

func (h *hashing) value(value []byte) chain.Hash { return h.content(prefixValue, value) }

func (h *hashing) content(prefix byte, content []byte) chain.Hash {
	h.long = append(append(h.long[:0], prefix), content...)
	return h.sum(h.long)
}

func (h *hashing) leaf(path, value *chain.Hash) chain.Hash { return h.pair(prefixLeaf, path, value) }

func (h *hashing) inner(left, right *chain.Hash) chain.Hash { return h.pair(prefixInner, left, right) }

func (h *hashing) pair(prefix byte, first, second *chain.Hash) chain.Hash {
	h.node[0] = prefix
	copy(h.node[1:], first[:])
	copy(h.node[1+chain.HashSize:], second[:])
	return h.sum(h.node[:])
}

// sum hashes one piece: hash functions are quickest with that.
func (h *hashing) sum(piece []byte) chain.Hash {
	h.parts[0] = piece
	return h.hasher.Sum(h.parts[:]...)
}

// bit returns the bit of path at depth, 0 for the most significant.
func bit(path *chain.Hash, depth int) int {
	return int(path[depth/8]>>(7-depth%8)) & 1
}

// sharesPrefix reports whether both paths agree in their first depth bits.
func sharesPrefix(a, b *chain.Hash, depth int) bool {
	for i := range depth / 8 {
		if a[i] != b[i] {
			return false
		}
	}
	rest := depth % 8
	return rest == 0 || (a[depth/8]^b[depth/8])>>(8-rest) == 0
}

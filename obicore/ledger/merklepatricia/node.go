package merklepatricia

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

type kind byte

const (
	leaf      kind = iota + 1 // a value, and the rest of its path
	extension                 // nibbles that all paths below have in common, and a branch
	branch                    // one child for each nibble, two of them at least
)

const fanOut = 16

// node is one node of a trie. Paths all have one length, so that a branch has no
// value of its own.
type node struct {
	kind     kind
	suffix   []byte // leaf, extension: nibbles
	value    []byte // leaf
	child    reference
	children [fanOut]reference
}

// reference is how a node stands in its parent, with its RLP header: as its hash, or
// as itself when it is shorter than a hash; empty when there is no child.
type reference []byte

// hashed is the first byte of a reference that is a hash.
const hashed = 0x80 + chain.HashSize

func (r reference) isHash() bool { return len(r) > 0 && r[0] == hashed }

// hash returns the hash in r.
func (r reference) hash() chain.Hash { return chain.Hash(r[1:]) }

// refer returns the reference to an encoded node.
func refer(encoded []byte) reference {
	if len(encoded) < chain.HashSize {
		return encoded
	}
	hash := keccak.Keccak256(encoded)
	return rlp.AppendBytes(make([]byte, 0, 1+chain.HashSize), hash[:])
}

// emptyItem is the RLP of an empty string.
const emptyItem = 0x80

// maxHeader bounds the RLP header of a node.
const maxHeader = 9

// appendPayload appends the items of which rlp(node) is the list.
func (n *node) appendPayload(dst []byte) []byte {
	switch n.kind {
	case leaf:
		return rlp.AppendBytes(rlp.AppendBytes(dst, compact(n.suffix, true)), n.value)
	case extension:
		return append(rlp.AppendBytes(dst, compact(n.suffix, false)), n.child...)
	}
	for _, child := range n.children {
		if len(child) == 0 {
			dst = append(dst, emptyItem)
		} else {
			dst = append(dst, child...)
		}
	}
	return append(dst, emptyItem)
}

var errNode = errors.New("not a node of a Merkle-Patricia trie")

// decodeNode reads an encoded node at a depth, in its one encoding. The
// node aliases its encoding.
func decodeNode(encoded []byte, depth int) (*node, error) {
	whole := rlp.NewReader(encoded)
	items, err := whole.List()
	if err != nil || whole.More() {
		return nil, errNode
	}
	var list [fanOut + 1][]byte
	count := 0
	for ; items.More(); count++ {
		if count == len(list) {
			return nil, errNode
		}
		if list[count], err = items.Raw(); err != nil {
			return nil, errNode
		}
	}
	switch count {
	case 2:
		return decodePair(list[0], list[1], depth)
	case len(list):
		if depth < pathNibbles {
			return decodeBranch(&list)
		}
	}
	return nil, errNode
}

// decodePair reads a leaf or an extension.
func decodePair(path, item []byte, depth int) (*node, error) {
	packed, err := rlp.NewReader(path).Bytes()
	if err != nil {
		return nil, errNode
	}
	suffix, isLeaf, ok := expand(packed)
	room := pathNibbles - depth
	switch {
	case !ok:
		return nil, errNode
	case isLeaf:
		value, err := rlp.NewReader(item).Bytes()
		if err != nil || len(value) == 0 || len(suffix) != room {
			return nil, errNode
		}
		return &node{kind: leaf, suffix: suffix, value: value}, nil
	}
	child, ok := decodeReference(item)
	if !ok || len(child) == 0 || len(suffix) == 0 || len(suffix) >= room {
		return nil, errNode
	}
	return &node{kind: extension, suffix: suffix, child: child}, nil
}

func decodeBranch(list *[fanOut + 1][]byte) (*node, error) {
	n := &node{kind: branch}
	present := 0
	for i := range n.children {
		child, ok := decodeReference(list[i])
		if !ok {
			return nil, errNode
		}
		if len(child) > 0 {
			present++
		}
		n.children[i] = child
	}
	if value := list[fanOut]; present < 2 || len(value) != 1 || value[0] != emptyItem {
		return nil, errNode
	}
	return n, nil
}

// decodeReference reads a child, whose RLP header has been checked.
func decodeReference(item []byte) (child reference, ok bool) {
	switch first := item[0]; {
	case first == emptyItem && len(item) == 1:
		return nil, true
	case first == hashed || first >= 0xc0 && len(item) < chain.HashSize:
		return item, true
	}
	return nil, false
}

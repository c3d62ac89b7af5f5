package chain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// Prefixes of the RFC 6962 tree, and of the count that closes it.
var (
	merkleLeaf = []byte{0x00}
	merkleNode = []byte{0x01}
)

const merkleCount = 0x02

// ErrMerkleProof reports that a path does not lead from the leaf to the root.
var ErrMerkleProof = errors.New("chain: merkle path does not lead to the root")

// MerkleRoot returns the root over leaves: H(0x02 ‖ count ‖ MTH(leaves)), where
// count is 8 bytes big-endian and MTH is RFC 6962 section 2.1 with leaf prefix
// 0x00 and node prefix 0x01. The empty list has MTH = H().
func MerkleRoot(h Hasher, leaves []Hash) Hash {
	return closeMerkle(h, uint64(len(leaves)), subtree(h, leaves))
}

// MerkleSummary stands for a list of leaves in a proof that has no room for them: their
// number and MTH(leaves).
type MerkleSummary struct {
	Count uint64
	Top   Hash
}

// SummarizeMerkle returns the summary of leaves.
func SummarizeMerkle(h Hasher, leaves []Hash) MerkleSummary {
	return MerkleSummary{Count: uint64(len(leaves)), Top: subtree(h, leaves)}
}

// Root returns MerkleRoot of the leaves.
func (s MerkleSummary) Root(h Hasher) Hash { return closeMerkle(h, s.Count, s.Top) }

func closeMerkle(h Hasher, count uint64, top Hash) Hash {
	var prefix [9]byte
	prefix[0] = merkleCount
	binary.BigEndian.PutUint64(prefix[1:], count)
	return h.Sum(prefix[:], top[:])
}

func subtree(h Hasher, leaves []Hash) Hash { return newMerkle(h).subtree(leaves) }

// merkle hashes the nodes of one tree in a buffer of its own: a block has thousands.
type merkle struct {
	hasher Hasher
	node   [1 + 2*HashSize]byte
	parts  [1][]byte
}

func newMerkle(h Hasher) *merkle { return &merkle{hasher: Serial(h)} }

func (m *merkle) subtree(leaves []Hash) Hash {
	switch len(leaves) {
	case 0:
		return m.hasher.Sum()
	case 1:
		at := copy(m.node[:], merkleLeaf)
		return m.sum(at + copy(m.node[at:], leaves[0][:]))
	}
	k := splitPoint(len(leaves))
	left, right := m.subtree(leaves[:k]), m.subtree(leaves[k:])
	at := copy(m.node[:], merkleNode)
	at += copy(m.node[at:], left[:])
	return m.sum(at + copy(m.node[at:], right[:]))
}

func (m *merkle) sum(size int) Hash {
	m.parts[0] = m.node[:size]
	return m.hasher.Sum(m.parts[:]...)
}

func merkleParent(h Hasher, left, right Hash) Hash {
	return h.Sum(merkleNode, left[:], right[:])
}

// splitPoint is the largest power of two smaller than n, for n > 1.
func splitPoint(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

// MerkleProof shows that a leaf stands at Index among Count leaves. Path runs
// from the leaf's sibling up to the top.
type MerkleProof struct {
	Index uint64
	Count uint64
	Path  []Hash
}

// ProveMerkle returns the proof for leaves[index].
func ProveMerkle(h Hasher, leaves []Hash, index int) (MerkleProof, error) {
	if index < 0 || index >= len(leaves) {
		return MerkleProof{}, fmt.Errorf("%w: no leaf %d among %d", ErrMerkleProof, index, len(leaves))
	}
	return MerkleProof{Index: uint64(index), Count: uint64(len(leaves)), Path: merklePath(newMerkle(h), leaves, index)}, nil
}

func merklePath(m *merkle, leaves []Hash, index int) []Hash {
	if len(leaves) == 1 {
		return nil
	}
	k := splitPoint(len(leaves))
	if index < k {
		return append(merklePath(m, leaves[:k], index), m.subtree(leaves[k:]))
	}
	return append(merklePath(m, leaves[k:], index-k), m.subtree(leaves[:k]))
}

// Verify checks that leaf stands at the proof's place under root.
func (p MerkleProof) Verify(h Hasher, root, leaf Hash) error {
	if p.Index >= p.Count || p.Count > 1<<62 {
		return fmt.Errorf("%w: no leaf %d among %d", ErrMerkleProof, p.Index, p.Count)
	}
	top := h.Sum(merkleLeaf, leaf[:])
	index, last, used := p.Index, p.Count-1, 0
	// RFC 9162 section 2.1.3.2: climb, skipping levels where the node has no sibling.
	for ; last > 0; index, last = index>>1, last>>1 {
		left := index&1 == 1
		if !left && index == last {
			continue
		}
		if used == len(p.Path) {
			return fmt.Errorf("%w: path too short", ErrMerkleProof)
		}
		if left {
			top = merkleParent(h, p.Path[used], top)
		} else {
			top = merkleParent(h, top, p.Path[used])
		}
		used++
	}
	if used != len(p.Path) || closeMerkle(h, p.Count, top) != root {
		return ErrMerkleProof
	}
	return nil
}

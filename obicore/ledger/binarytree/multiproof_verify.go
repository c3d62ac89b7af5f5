package binarytree

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// multiVerifier reads a path and computes the root that it leads to. Every step takes
// a mark, so that the work is bounded by the size of the path.
type multiVerifier struct {
	*hashing
	multiProof
	next int // mark
}

func (v *multiVerifier) takeMark() (byte, error) {
	if v.next == v.count {
		return 0, malformed("a mark is missing")
	}
	m := v.marks[v.next/4] >> (6 - 2*(v.next%4)) & 3
	v.next++
	return m, nil
}

func (v *multiVerifier) takeHash() (hash chain.Hash, err error) {
	if len(v.hashes) < chain.HashSize {
		return hash, malformed("a hash is missing")
	}
	copy(hash[:], v.hashes)
	v.hashes = v.hashes[chain.HashSize:]
	return hash, nil
}

// subtree returns the hash of the subtree at depth that all queries lead into.
func (v *multiVerifier) subtree(depth int, queries []query) (chain.Hash, error) {
	m, err := v.takeMark()
	switch {
	case err != nil:
		return chain.Hash{}, err
	case m == markEmpty:
		return chain.Hash{}, v.absent(queries)
	case m == markLeaf:
		return v.leafOf(depth, queries)
	case depth == maxDepth:
		return chain.Hash{}, malformed("deeper than its paths")
	}
	return v.fork(m, depth, queries)
}

// absent checks that none of the queries claims a value.
func (v *multiVerifier) absent(queries []query) error {
	for i := range queries {
		if len(queries[i].value) > 0 {
			return opposite(&queries[i])
		}
	}
	return nil
}

func opposite(q *query) error {
	return fmt.Errorf("%w: entry %d: the path shows the opposite of the claim", ledger.ErrProof, q.index)
}

// leafOf returns the hash of a subtree with one leaf: the present query's, else that
// of the leaf in the path.
func (v *multiVerifier) leafOf(depth int, queries []query) (chain.Hash, error) {
	for i := range queries {
		q := &queries[i]
		if len(q.value) == 0 {
			continue
		}
		if err := v.absent(queries[i+1:]); err != nil {
			return chain.Hash{}, err
		}
		digest := v.value(q.value)
		return v.hashing.leaf(&q.path, &digest), nil
	}
	return v.otherLeaf(depth, queries)
}

func (v *multiVerifier) otherLeaf(depth int, queries []query) (chain.Hash, error) {
	path, err := v.takeHash()
	if err != nil {
		return chain.Hash{}, err
	}
	digest, err := v.takeHash()
	if err != nil {
		return chain.Hash{}, err
	}
	for i := range queries {
		if queries[i].path == path || !sharesPrefix(&queries[i].path, &path, depth) {
			return chain.Hash{}, fmt.Errorf("%w: entry %d: the other leaf does not stand on its path", ledger.ErrProof, queries[i].index)
		}
	}
	return v.hashing.leaf(&path, &digest), nil
}

// fork returns the hash of an inner node.
func (v *multiVerifier) fork(m byte, depth int, queries []query) (hash chain.Hash, err error) {
	var left, right chain.Hash
	leftQueries, rightQueries := sides(queries, depth)
	switch {
	case len(leftQueries) > 0 && len(rightQueries) > 0:
		if m == markLone {
			return hash, malformed("an empty side that is looked into")
		}
		if left, err = v.subtree(depth+1, leftQueries); err != nil {
			return hash, err
		}
		right, err = v.subtree(depth+1, rightQueries)
	case len(rightQueries) == 0:
		if right, err = v.sibling(m); err == nil {
			left, err = v.subtree(depth+1, leftQueries)
		}
	default:
		if left, err = v.sibling(m); err == nil {
			right, err = v.subtree(depth+1, rightQueries)
		}
	}
	if err != nil {
		return hash, err
	}
	return v.inner(&left, &right), nil
}

func (v *multiVerifier) sibling(m byte) (hash chain.Hash, err error) {
	if m == markLone {
		return hash, nil
	}
	if hash, err = v.takeHash(); err == nil && hash.IsZero() {
		err = malformed("empty sibling written out")
	}
	return hash, err
}

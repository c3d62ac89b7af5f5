package simplex

import (
	"testing"

	upstream "github.com/ava-labs/simplex"
)

// line makes blocks on top of each other, in the rounds of their numbers.
func line(t *ancestry, n uint64) (blocks []*block) {
	var prev upstream.Digest
	for seq := range n {
		b := newFiller(upstream.ProtocolMetadata{Round: seq, Seq: seq, Prev: prev}, upstream.NewBlacklist(4))
		t.add(&ancestor{block: b})
		blocks, prev = append(blocks, b), b.header.Digest
	}
	return blocks
}

func TestAFinalizedBlockPassesWhatItStandsOn(t *testing.T) {
	tree := newAncestry()
	blocks := line(tree, 6)
	beside := newFiller(upstream.ProtocolMetadata{Round: 9, Seq: 3, Prev: blocks[2].header.Digest}, upstream.NewBlacklist(4))
	tree.add(&ancestor{block: beside})
	for _, b := range append(blocks, beside) {
		if tree.passed(b.header) {
			t.Errorf("block %d is passed before anything is final", b.header.Seq)
		}
	}
	unseen := newFiller(upstream.ProtocolMetadata{Round: 10, Seq: 5, Prev: blocks[4].header.Digest}, upstream.NewBlacklist(4))
	tree.finalize(unseen.header) // this node does not have it
	for _, b := range blocks[:5] {
		if !tree.passed(b.header) {
			t.Errorf("block %d is not passed", b.header.Seq)
		}
	}
	if tree.passed(beside.header) || tree.passed(blocks[5].header) {
		t.Error("what stands beside is passed")
	}
}

func TestWhatIsBelowTheLastIndexedBlockIsForgotten(t *testing.T) {
	tree := newAncestry()
	blocks := line(tree, 2*maxPast)
	for _, b := range blocks[:2*maxPast-1] {
		tree.prune(b.header)
	}
	if len(tree.known) != 2 || len(tree.past) != maxPast {
		t.Errorf("%d blocks and %d digests are kept", len(tree.known), len(tree.past))
	}
	if !tree.verified(blocks[2*maxPast-3].header.Digest) || tree.verified(blocks[0].header.Digest) {
		t.Error("the blocks before the last are to be known by their digest, and not all of them")
	}
}

package standard

import (
	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Limits of one batch equation.
const (
	// maxEd25519Batch bounds the memory of one equation (about 1 KiB per item).
	maxEd25519Batch = 1024
	// Up to quickEd25519Batch items the library solves an equation by tables of multiples, above by
	// buckets, which need enough items to be as quick: what lies between is cut up.
	quickEd25519Batch = 93
	manyEd25519       = 512
	// minEd25519Batch is where splitting a failed batch ends and single checks begin.
	minEd25519Batch = 8
)

// VerifyBatch checks many signatures by one equation, and cuts a batch that fails into parts
// until the bad items are found. An item's verdict is always that of Verify: the
// equation is cofactored in both, so a batch of good items never fails, and one with a
// bad item passes with a probability of at most 2^-128 over the library's randomness.
func (ed25519) VerifyBatch(items []crypto.Item) []error {
	verdicts := make([]error, len(items))
	for start := 0; start < len(items); {
		end := start + equationEd25519(len(items)-start)
		verifyEd25519Range(items[start:end], verdicts[start:end])
		start = end
	}
	return verdicts
}

// equationEd25519 is how many of so many items go into the next equation.
func equationEd25519(items int) int {
	if items >= manyEd25519 {
		return min(items, maxEd25519Batch)
	}
	equations := (items + quickEd25519Batch - 1) / quickEd25519Batch
	return (items + equations - 1) / equations
}

func verifyEd25519Range(items []crypto.Item, verdicts []error) {
	if len(items) < minEd25519Batch {
		for i, item := range items {
			verdicts[i] = verifyEd25519(item.Key, item.Digest[:], item.Signature)
		}
		return
	}
	if passEd25519Batch(items) {
		return
	}
	pieces := max(2, (len(items)+quickEd25519Batch-1)/quickEd25519Batch)
	size := (len(items) + pieces - 1) / pieces
	for start := 0; start < len(items); start += size {
		end := min(start+size, len(items))
		verifyEd25519Range(items[start:end], verdicts[start:end])
	}
}

// passEd25519Batch reports whether all items are good.
func passEd25519Batch(items []crypto.Item) bool {
	batch := voi.NewBatchVerifierWithCapacity(len(items))
	for i := range items {
		item := &items[i]
		key, err := knownEd25519Keys.expand(item.Key)
		if err != nil {
			return false
		}
		batch.AddExpandedWithOptions(key, item.Digest[:], item.Signature, ed25519Rules)
	}
	return batch.VerifyBatchOnly(nil)
}

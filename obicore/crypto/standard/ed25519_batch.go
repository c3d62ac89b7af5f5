package standard

import (
	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Limits of one batch equation.
const (
	// maxEd25519Batch bounds the memory of one equation (about 1.5 KiB per item).
	maxEd25519Batch = 256
	// minEd25519Batch is where splitting a failed batch ends and single checks begin.
	minEd25519Batch = 8
)

// VerifyBatch checks many signatures by one equation, and halves a batch that fails
// until the bad items are found. An item's verdict is always that of Verify: the
// equation is cofactored in both, so a batch of good items never fails, and one with a
// bad item passes with a probability of at most 2^-128 over the library's randomness.
func (ed25519) VerifyBatch(items []crypto.Item) []error {
	verdicts := make([]error, len(items))
	for start := 0; start < len(items); start += maxEd25519Batch {
		end := min(start+maxEd25519Batch, len(items))
		verifyEd25519Range(items[start:end], verdicts[start:end])
	}
	return verdicts
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
	middle := len(items) / 2
	verifyEd25519Range(items[:middle], verdicts[:middle])
	verifyEd25519Range(items[middle:], verdicts[middle:])
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

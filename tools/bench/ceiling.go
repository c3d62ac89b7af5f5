package bench

import (
	"crypto/rand"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// checkedTogether is how many signatures a node gives to a scheme at a time.
const checkedTogether = 256

// checksUnlessSaid is how many signatures each core checks to measure one.
const checksUnlessSaid = 16 * checkedTogether

// checkedBy says of each scheme how its signatures are checked.
var checkedBy = map[chain.Scheme]string{
	chain.SchemeSecp256k1: schemeSecp256k1, chain.SchemeP256: schemeP256, chain.SchemeEd25519: schemeEd25519, chain.SchemeSM2: schemeSM2,
}

// checkedBySome is checkedBy where not all nodes check each signature.
var checkedBySome = map[chain.Scheme]string{
	chain.SchemeSecp256k1: schemeSecp256k1Some, chain.SchemeP256: schemeP256Some, chain.SchemeEd25519: schemeEd25519Some, chain.SchemeSM2: schemeSM2Some,
}

// checkRate measures how many signatures of a scheme all cores together check a second:
// c/V of the ceiling c/(N·V). It checks them as nodes do: where a signature yields its
// key, by recovering that; else in batches, which save time where the scheme has an
// equation for them, as Ed25519 has.
func checkRate(scheme crypto.Scheme, checks int) (float64, error) {
	cores := runtime.NumCPU()
	items := make([][]crypto.Item, cores)
	for core := range items {
		var err error
		if items[core], err = signatures(scheme, checks); err != nil {
			return 0, err
		}
	}
	failures := make([]error, cores)
	var working sync.WaitGroup
	began := time.Now()
	for core := range cores {
		working.Go(func() {
			for batch := range slices.Chunk(items[core], checkedTogether) {
				failures[core] = errors.Join(failures[core], check(scheme, batch))
			}
		})
	}
	working.Wait()
	return float64(cores*checks) / time.Since(began).Seconds(), errors.Join(failures...)
}

// signatures makes those that one core checks, by keys of their own: a key that was met
// before is checked faster, and a ceiling is not to rest on that.
func signatures(scheme crypto.Scheme, checks int) ([]crypto.Item, error) {
	items := make([]crypto.Item, checks)
	for i := range items {
		signer, err := scheme.Generate(rand.Reader)
		if err != nil {
			return nil, err
		}
		digest := chain.Hash{1, byte(i >> 8), byte(i)}
		signature, err := signer.Sign(digest)
		if err != nil {
			return nil, err
		}
		items[i] = crypto.Item{Key: signer.Public(), Digest: digest, Signature: signature}
	}
	return items, nil
}

func check(scheme crypto.Scheme, items []crypto.Item) (failure error) {
	recoverer, yieldsKey := scheme.(crypto.Recoverer)
	if !yieldsKey {
		return errors.Join(scheme.VerifyBatch(items)...)
	}
	for _, item := range items {
		if _, err := recoverer.Recover(item.Digest, item.Signature); err != nil {
			failure = err
		}
	}
	return failure
}

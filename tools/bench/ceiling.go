package bench

import (
	"crypto/rand"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

// checks is how many signatures are checked to measure one.
const checks = 4_000

// checkRate measures how many secp256k1 signatures all cores together recover a second:
// c/V of the ceiling c/(N·V).
func checkRate() (float64, error) {
	scheme, err := standard.New().Scheme(chain.SchemeSecp256k1)
	if err != nil {
		return 0, err
	}
	recoverer, ok := scheme.(interface {
		Recover(digest chain.Hash, signature []byte) (chain.PublicKey, error)
	})
	if !ok {
		return 0, errors.New("bench: secp256k1 does not recover keys")
	}
	signer, err := scheme.Generate(rand.Reader)
	if err != nil {
		return 0, err
	}
	digest := chain.Hash{1}
	signature, err := signer.Sign(digest)
	if err != nil {
		return 0, err
	}
	cores := runtime.NumCPU()
	failures := make([]error, cores)
	var working sync.WaitGroup
	began := time.Now()
	for core := range cores {
		working.Go(func() {
			for range checks {
				if _, err := recoverer.Recover(digest, signature); err != nil {
					failures[core] = err
				}
			}
		})
	}
	working.Wait()
	return float64(cores*checks) / time.Since(began).Seconds(), errors.Join(failures...)
}

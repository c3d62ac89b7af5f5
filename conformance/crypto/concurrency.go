package crypto

import (
	"bytes"
	"sync"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) concurrencyRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "concurrent-use", Statement: "One suite, scheme, signer and cipher serve many goroutines with the results that each would get alone (run it under the race detector too).", Check: b.concurrentUse},
	}
}

const (
	goroutines = 8
	rounds     = 20
)

func (b bench) concurrentUse(t conformance.T) {
	suite := b.newSuite()
	content := message(1000)
	digest := suite.Sum(content)
	aead := b.cipher(t, 1)
	nonce := make([]byte, aead.NonceSize())
	sealed := aead.Seal(nil, nonce, content, nil)
	together(func() {
		if suite.Sum(content[:500], content[500:]) != digest {
			t.Errorf("a digest differs")
		}
		if opened, err := aead.Open(nil, nonce, sealed, nil); err != nil || !bytes.Equal(opened, content) {
			t.Errorf("a sealed message does not open: %v", err)
		}
	})
	b.eachScheme(t, func(k keyed) {
		address := addressOf(t, suite, k.key)
		items := batchOf(t, k, 10)
		items[4] = spoil(items[4], 0)
		together(func() { useTogether(t, suite, k, address, items) })
	})
}

func together(work func()) {
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for range rounds {
				work()
			}
		})
	}
	group.Wait()
}

// useTogether runs outside the rule's own goroutine and so does not end the check.
func useTogether(t conformance.T, suite crypto.Suite, k keyed, address chain.Address, items []crypto.Item) {
	signature, err := k.signer.Sign(k.digest)
	if err == nil {
		err = k.Verify(k.key, k.digest, signature)
	}
	if err != nil {
		t.Errorf("%s: sign and verify: %v", k.ID(), err)
	}
	if found, err := suite.Address(k.key); err != nil || found != address {
		t.Errorf("%s: address %s, %v", k.ID(), found, err)
	}
	for i, verdict := range k.VerifyBatch(items) {
		if (verdict == nil) == (i == 4) {
			t.Errorf("%s: item %d of a batch: %v", k.ID(), i, verdict)
		}
	}
	if recoverer, ok := k.Scheme.(crypto.Recoverer); ok {
		if key, err := recoverer.Recover(k.digest, signature); err != nil || !key.Equal(k.key) {
			t.Errorf("%s: recover: %v", k.ID(), err)
		}
	}
}

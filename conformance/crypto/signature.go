package crypto

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) signatureRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "sign-and-verify", Statement: "A signature verifies under its key and digest, in every value of the suite.", Check: b.signAndVerify},
		{Name: "wrong-digest-refused", Statement: "A signature is refused with ErrSignature for a digest that differs in any one bit.", Check: b.wrongDigestRefused},
		{Name: "wrong-key-refused", Statement: "A signature is refused with ErrSignature under another key of the scheme.", Check: b.wrongKeyRefused},
		{Name: "foreign-scheme-refused", Statement: "A key of another scheme is refused with ErrPublicKey, even when its bytes are those of the signer.", Check: b.foreignSchemeRefused},
		{Name: "batch-equals-single", Statement: "The verdicts of a batch are those of single checks, with bad items at every position and in every mixture.", Check: b.batchEqualsSingle},
		{Name: "signing-is-deterministic", Statement: "The frozen schemes give the same signature for the same key and digest.", Check: b.signingIsDeterministic},
		{Name: "recover-gives-signer", Statement: "Where a scheme recovers keys, it recovers the signer's, gives it for no other signature, and answers ErrSignature where there is none.", Check: b.recoverGivesSigner},
	}
}

func (b bench) signAndVerify(t conformance.T) {
	other := b.newSuite()
	b.eachScheme(t, func(k keyed) {
		again, err := other.Scheme(k.ID())
		if err != nil {
			t.Fatalf("%s: not in another value of the suite: %v", k.ID(), err)
		}
		if k.key.Scheme != k.ID() {
			t.Fatalf("%s: its keys say that they belong to %s", k.ID(), k.key.Scheme)
		}
		for n := range 8 {
			digest := digestOf(n)
			switch n {
			case 0:
				digest = chain.Hash{}
			case 1:
				digest = chain.Hash(bytes.Repeat([]byte{0xff}, chain.HashSize))
			}
			signature := sign(t, k, digest)
			for _, scheme := range []crypto.Scheme{k.Scheme, again} {
				if err := scheme.Verify(k.key, digest, signature); err != nil {
					t.Fatalf("%s: the signature of digest %s: %v", k.ID(), digest, err)
				}
			}
		}
	})
}

func (b bench) wrongDigestRefused(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		for bit := range 8 * chain.HashSize {
			digest := chain.Hash(flip(k.digest[:], bit))
			refused(t, k, fmt.Sprintf("a digest with bit %d turned", bit), k.key, digest, k.signature, crypto.ErrSignature)
		}
	})
}

func (b bench) wrongKeyRefused(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		for seed := byte(2); seed < 6; seed++ {
			other := newKeyed(t, k.Scheme, seed)
			refused(t, k, "another key", other.key, k.digest, k.signature, crypto.ErrSignature)
		}
	})
}

func (b bench) foreignSchemeRefused(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		for id := range chain.Scheme(32) {
			if id != k.ID() {
				foreign := chain.PublicKey{Scheme: id, Bytes: k.key.Bytes}
				refused(t, k, "its key under the number of "+id.String(), foreign, k.digest, k.signature, crypto.ErrPublicKey)
			}
		}
		b.eachScheme(t, func(other keyed) {
			if other.ID() != k.ID() {
				refused(t, k, "a key of "+other.ID().String(), other.key, k.digest, k.signature, crypto.ErrPublicKey)
			}
		})
	})
}

// batchOf returns good items of several keys.
func batchOf(t conformance.T, k keyed, size int) []crypto.Item {
	t.Helper()
	signers := []keyed{k, newKeyed(t, k.Scheme, 2), newKeyed(t, k.Scheme, 3)}
	items := make([]crypto.Item, size)
	for i := range items {
		signer := signers[i%len(signers)]
		digest := digestOf(100 + i)
		items[i] = crypto.Item{Key: signer.key, Digest: digest, Signature: sign(t, signer, digest)}
	}
	return items
}

// spoil returns the item with one thing wrong; kind is any number.
func spoil(item crypto.Item, kind int) crypto.Item {
	switch kind % 8 {
	case 0:
		item.Digest[3] ^= 0x10
	case 1:
		item.Signature = flip(item.Signature, kind%(8*len(item.Signature)))
	case 2:
		item.Signature = item.Signature[:len(item.Signature)-1]
	case 3:
		item.Signature = nil
	case 4:
		item.Key.Bytes = item.Key.Bytes[1:]
	case 5:
		item.Key.Bytes = make([]byte, len(item.Key.Bytes))
	case 6:
		item.Key.Scheme++
	case 7:
		item.Key = chain.PublicKey{}
	}
	return item
}

func (b bench) batchEqualsSingle(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		compareBatch(t, k, nil)
		for _, size := range []int{1, 2, 9, 16} {
			good := batchOf(t, k, size)
			compareBatch(t, k, good)
			for position := range good {
				items := append([]crypto.Item(nil), good...)
				items[position] = spoil(items[position], position)
				compareBatch(t, k, items)
			}
		}
		random := randomness(9)
		good := batchOf(t, k, 70)
		for range 4 {
			items := append([]crypto.Item(nil), good...)
			for i := range items {
				if choice := random.Uint64(); choice%4 == 0 {
					items[i] = spoil(items[i], int(choice>>8%1_000_000))
				}
			}
			compareBatch(t, k, items)
		}
	})
}

func compareBatch(t conformance.T, k keyed, items []crypto.Item) {
	t.Helper()
	verdicts := k.VerifyBatch(items)
	if len(verdicts) != len(items) {
		t.Fatalf("%s: %d verdicts for %d items", k.ID(), len(verdicts), len(items))
	}
	for i, item := range items {
		single := k.Verify(item.Key, item.Digest, item.Signature)
		for _, sentinel := range []error{crypto.ErrSignature, crypto.ErrPublicKey} {
			if (single == nil) != (verdicts[i] == nil) || errors.Is(single, sentinel) != errors.Is(verdicts[i], sentinel) {
				t.Fatalf("%s: item %d of %d has verdict %v in the batch and %v alone", k.ID(), i, len(items), verdicts[i], single)
			}
		}
	}
}

func (b bench) signingIsDeterministic(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		if k.ID() > chain.SchemeSM2 {
			return
		}
		for n := range 4 {
			if !bytes.Equal(sign(t, k, digestOf(n)), sign(t, k, digestOf(n))) {
				t.Fatalf("%s: two signatures of one digest differ", k.ID())
			}
		}
	})
}

func (b bench) recoverGivesSigner(t conformance.T) {
	found := false
	b.eachScheme(t, func(k keyed) {
		recoverer, ok := k.Scheme.(crypto.Recoverer)
		if !ok {
			return
		}
		found = true
		for n := range 8 {
			key, err := recoverer.Recover(digestOf(n), sign(t, k, digestOf(n)))
			if err != nil || !key.Equal(k.key) {
				t.Fatalf("%s: recovered %s %x, %v", k.ID(), key.Scheme, key.Bytes, err)
			}
		}
		for bit := range 8 * len(k.signature) {
			key, err := recoverer.Recover(k.digest, flip(k.signature, bit))
			if err == nil && key.Equal(k.key) {
				t.Fatalf("%s: recovered the signer from a signature with bit %d turned", k.ID(), bit)
			}
			if err != nil && !errors.Is(err, crypto.ErrSignature) {
				t.Fatalf("%s: %q is not ErrSignature", k.ID(), err)
			}
		}
		for what, signature := range resized(k.signature) {
			if _, err := recoverer.Recover(k.digest, signature); !errors.Is(err, crypto.ErrSignature) {
				t.Fatalf("%s: %s gives %v, not ErrSignature", k.ID(), what, err)
			}
		}
	})
	if !found {
		t.Skipf("no scheme recovers keys")
	}
}

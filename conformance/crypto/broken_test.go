package crypto_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	stded25519 "crypto/ed25519"
	"crypto/sha256"
	"errors"
	"io"
	"maps"
	"math/big"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/crypto"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

// Each of these suites breaks the rule that it is named for, in a way that has been seen in real code.

func TestEveryRuleCanFail(t *testing.T) {
	broken := map[string]conformance.Direction{}
	for _, group := range []map[string]conformance.Direction{brokenTables(), brokenHashes(), brokenSignatures(), brokenEncodings(), brokenKeys(), brokenAddresses(), brokenCiphers(), brokenDerivations(), brokenConcurrency()} {
		maps.Copy(broken, group)
	}
	conformance.Refute(t, conformant.Direction(newStandard), broken)
}

func brokenTables() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// The default is a scheme that the suite does not have.
		"scheme-table": with(func(a *altered) { a.standby = func() chain.Scheme { return chain.SchemeSM2 } }),
		// The list of the suite itself is given away.
		"scheme-table-is-a-copy": with(func(a *altered) {
			list := a.Suite.Schemes()
			a.schemes = func() []crypto.Scheme { return list }
		}),
	}
}

func brokenHashes() map[string]conformance.Direction {
	var values atomic.Int64
	return map[string]conformance.Direction{
		// Parts are framed by a separator.
		"hash-of-parts": with(func(a *altered) {
			a.sum = func(parts ...[]byte) chain.Hash { return sha256.Sum256(bytes.Join(parts, []byte{0})) }
		}),
		// Every value of the suite has a seed of its own, like hash/maphash.
		"hash-is-a-function": with(func(a *altered) {
			seed := byte(values.Add(1))
			a.sum = func(parts ...[]byte) chain.Hash {
				return sha256.Sum256(append([]byte{seed}, bytes.Join(parts, nil)...))
			}
		}),
		// Input is padded with zeros, but not its length.
		"hash-separates": with(func(a *altered) {
			a.sum = func(parts ...[]byte) chain.Hash {
				return sha256.Sum256(bytes.TrimRight(bytes.Join(parts, nil), "\x00"))
			}
		}),
		// What a longer input has left stands behind a shorter one.
		"serial-hasher-is-the-hash": with(func(a *altered) { a.serial = func() chain.Hasher { return &littered{} } }),
	}
}

func brokenSignatures() map[string]conformance.Direction {
	var calls atomic.Int64
	return map[string]conformance.Direction{
		// The zero digest is taken for "no digest".
		"sign-and-verify": withVerify(chain.SchemeP256, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			if digest.IsZero() {
				return crypto.ErrSignature
			}
			return sound.Verify(key, digest, signature)
		}),
		// Only 31 bytes of the digest are signed: its last bit is free.
		"wrong-digest-refused": withVerify(chain.SchemeEd25519, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			other := digest
			other[31] ^= 1
			if sound.Verify(key, other, signature) == nil {
				return nil
			}
			return sound.Verify(key, digest, signature)
		}),
		// A key is recovered, and not compared.
		"wrong-key-refused": withVerify(chain.SchemeSecp256k1, func(sound crypto.Scheme, _ chain.PublicKey, digest chain.Hash, signature []byte) error {
			_, err := sound.(crypto.Recoverer).Recover(digest, signature)
			return err
		}),
		// The scheme number of the key is not looked at.
		"foreign-scheme-refused": withVerify(chain.SchemeP256, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			return sound.Verify(chain.PublicKey{Scheme: chain.SchemeP256, Bytes: key.Bytes}, digest, signature)
		}),
		// One bad item spoils the batch.
		"batch-equals-single": withScheme(chain.SchemeEd25519, func(scheme crypto.Scheme) crypto.Scheme {
			return alteredScheme{Scheme: scheme, batch: func(items []crypto.Item) []error {
				verdicts := scheme.VerifyBatch(items)
				if bad := slices.IndexFunc(verdicts, func(err error) bool { return err != nil }); bad >= 0 {
					return slices.Repeat([]error{verdicts[bad]}, len(items))
				}
				return verdicts
			}}
		}),
		// The signature depends on a counter.
		"signing-is-deterministic": withSigner(func(signer crypto.Signer) crypto.Signer {
			return alteredSigner{Signer: signer, sign: func(digest chain.Hash) ([]byte, error) {
				digest[0] ^= byte(calls.Add(1))
				return signer.Sign(digest)
			}}
		}),
		// What follows the 65 bytes is ignored.
		"recover-gives-signer": withScheme(chain.SchemeSecp256k1, func(scheme crypto.Scheme) crypto.Scheme {
			return alteredRecovery{Scheme: scheme, recover: func(digest chain.Hash, signature []byte) (chain.PublicKey, error) {
				return scheme.(crypto.Recoverer).Recover(digest, signature[:min(65, len(signature))])
			}}
		}),
	}
}

func brokenEncodings() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Only the lowest bit of the parity byte counts.
		"flipped-signature-refused": withVerify(chain.SchemeSecp256k1, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			if len(signature) == 65 {
				signature = append(bytes.Clone(signature[:64]), signature[64]&1)
			}
			return sound.Verify(key, digest, signature)
		}),
		"resized-signature-refused": withVerify(chain.SchemeEd25519, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			return sound.Verify(key, digest, signature[:min(64, len(signature))])
		}),
		// A high s is made low instead of refused.
		"malleated-signature-refused": withVerify(chain.SchemeP256, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			if sound.Verify(key, digest, signature) == nil {
				return nil
			}
			return sound.Verify(key, digest, lowered(signature))
		}),
		"resized-key-refused": withVerify(chain.SchemeEd25519, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			return sound.Verify(chain.PublicKey{Scheme: key.Scheme, Bytes: key.Bytes[:min(32, len(key.Bytes))]}, digest, signature)
		}),
		// A key that is no point is not told from a signature that does not fit.
		"invalid-key-refused": withVerify(chain.SchemeP256, func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
			err := sound.Verify(key, digest, signature)
			if errors.Is(err, crypto.ErrPublicKey) && len(key.Bytes) == 64 {
				return crypto.ErrSignature
			}
			return err
		}),
		// The rules of Go's crypto/ed25519: small order allowed, equation without cofactor.
		"ed25519-small-order-refused": withVerify(chain.SchemeEd25519, verifyLikeGo),
		"ed25519-cofactored":          withVerify(chain.SchemeEd25519, verifyLikeGo),
	}
}

func lowered(signature []byte) []byte {
	if len(signature) != 64 {
		return signature
	}
	order, _ := new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
	s := new(big.Int).SetBytes(signature[32:])
	if s.Cmp(order) > 0 {
		return signature
	}
	return append(bytes.Clone(signature[:32]), order.Sub(order, s).FillBytes(make([]byte, 32))...)
}

func verifyLikeGo(_ crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error {
	if len(key.Bytes) != stded25519.PublicKeySize {
		return crypto.ErrPublicKey
	}
	if !stded25519.Verify(key.Bytes, digest[:], signature) {
		return crypto.ErrSignature
	}
	return nil
}

// leaky shows its secret when it is printed.
type leaky struct {
	crypto.Signer
	Secret []byte
}

func brokenKeys() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// The bytes are read in the other order.
		"secret-round-trip": withScheme(chain.SchemeP256, func(scheme crypto.Scheme) crypto.Scheme {
			return alteredScheme{Scheme: scheme, load: func(secret []byte) (crypto.Signer, error) {
				turned := bytes.Clone(secret)
				slices.Reverse(turned)
				return scheme.Import(turned)
			}}
		}),
		// Secrets of any length are filled up or cut.
		"invalid-secret-refused": withScheme(chain.SchemeEd25519, func(scheme crypto.Scheme) crypto.Scheme {
			return alteredScheme{Scheme: scheme, load: func(secret []byte) (crypto.Signer, error) {
				filled := make([]byte, 32)
				copy(filled, secret)
				return scheme.Import(filled)
			}}
		}),
		"secret-is-not-printed": withSigner(func(signer crypto.Signer) crypto.Signer {
			secret, _ := signer.Export()
			return leaky{Signer: signer, Secret: secret}
		}),
		"results-are-copies": withSigner(func(signer crypto.Signer) crypto.Signer {
			key := signer.Public()
			return alteredSigner{Signer: signer, public: func() chain.PublicKey { return key }}
		}),
		// A forgotten constant from a test.
		"keys-differ": withScheme(chain.SchemeEd25519, func(scheme crypto.Scheme) crypto.Scheme {
			return alteredScheme{Scheme: scheme, generate: func(io.Reader) (crypto.Signer, error) {
				return scheme.Import(bytes.Repeat([]byte{4}, 32))
			}}
		}),
		// The error of the source is dropped.
		"broken-randomness": withScheme(chain.SchemeEd25519, func(scheme crypto.Scheme) crypto.Scheme {
			return alteredScheme{Scheme: scheme, generate: func(random io.Reader) (crypto.Signer, error) {
				secret := make([]byte, 32)
				_, _ = io.ReadFull(random, secret)
				return scheme.Import(secret)
			}}
		}),
	}
}

func brokenAddresses() map[string]conformance.Direction {
	var values atomic.Int64
	return map[string]conformance.Direction{
		"address-is-constant": with(func(a *altered) {
			value := byte(values.Add(1))
			a.address = func(key chain.PublicKey) (chain.Address, error) {
				address, err := a.Suite.Address(key)
				address[0] ^= value
				return address, err
			}
		}),
		// Only the first bytes of the key enter, and Ed25519 keys of one seed begin alike after a bad cut.
		"addresses-differ": with(func(a *altered) {
			a.address = func(key chain.PublicKey) (chain.Address, error) {
				if key.Scheme != chain.SchemeEd25519 {
					return a.Suite.Address(key)
				}
				digest := a.Suite.Sum(key.Bytes[:0])
				return chain.Address(digest[12:]), nil
			}
		}),
		// Every key gets the rule of the first scheme.
		"address-needs-a-scheme": with(func(a *altered) {
			a.address = func(key chain.PublicKey) (chain.Address, error) {
				digest := a.Suite.Sum(key.Bytes)
				return chain.Address(digest[12:]), nil
			}
		}),
		// The suite's own hash instead of Keccak.
		"ethereum-address": with(func(a *altered) {
			a.address = func(key chain.PublicKey) (chain.Address, error) {
				if _, err := a.Suite.Address(key); err != nil {
					return chain.Address{}, err
				}
				digest := a.Suite.Sum(key.Bytes)
				return chain.Address(digest[12:]), nil
			}
		}),
	}
}

// alteredAEAD is a cipher with single behaviours replaced.
type alteredAEAD struct {
	crypto.AEAD
	seal func(dst, nonce, plaintext, additionalData []byte) []byte
	open func(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}

func (a alteredAEAD) Seal(dst, nonce, plaintext, additionalData []byte) []byte {
	return a.seal(dst, nonce, plaintext, additionalData)
}

func (a alteredAEAD) Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error) {
	return a.open(dst, nonce, ciphertext, additionalData)
}

func withAEAD(change func(aead crypto.AEAD) crypto.AEAD) conformance.Direction {
	return with(func(a *altered) {
		a.cipher = func(key []byte) (crypto.AEAD, error) {
			aead, err := a.Suite.Cipher(key)
			if err != nil {
				return nil, err
			}
			return change(aead), nil
		}
	})
}

func brokenCiphers() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Short keys are filled up.
		"cipher-key-size": with(func(a *altered) {
			a.cipher = func(key []byte) (crypto.AEAD, error) {
				filled := make([]byte, standard.KeySize)
				copy(filled, key)
				return a.Suite.Cipher(filled)
			}
		}),
		// The given slice is overwritten instead of appended to.
		"cipher-round-trip": withAEAD(func(aead crypto.AEAD) crypto.AEAD {
			return alteredAEAD{AEAD: aead, open: aead.Open, seal: func(_, nonce, plaintext, additionalData []byte) []byte {
				return aead.Seal(nil, nonce, plaintext, additionalData)
			}}
		}),
		// Associated data is forgotten.
		"cipher-tamper-refused": withAEAD(func(aead crypto.AEAD) crypto.AEAD {
			return alteredAEAD{AEAD: aead,
				seal: func(dst, nonce, plaintext, _ []byte) []byte { return aead.Seal(dst, nonce, plaintext, nil) },
				open: func(dst, nonce, ciphertext, _ []byte) ([]byte, error) {
					return aead.Open(dst, nonce, ciphertext, nil)
				},
			}
		}),
		// Go's GCM as it is: it panics.
		"cipher-nonce-size": with(func(a *altered) {
			a.cipher = func(key []byte) (crypto.AEAD, error) {
				block, err := aes.NewCipher(key)
				if err != nil {
					return nil, err
				}
				return cipher.NewGCM(block)
			}
		}),
	}
}

func brokenDerivations() map[string]conformance.Direction {
	var values atomic.Int64
	return map[string]conformance.Direction{
		"derive-is-constant": with(func(a *altered) {
			pepper := byte(values.Add(1))
			a.derive = func(passphrase, salt []byte, cost crypto.DerivationCost, size int) ([]byte, error) {
				return a.Suite.Derive(append(bytes.Clone(passphrase), pepper), salt, cost, size)
			}
		}),
		"derive-separates": with(func(a *altered) {
			a.derive = func(passphrase, salt []byte, _ crypto.DerivationCost, size int) ([]byte, error) {
				return a.Suite.Derive(passphrase, salt, crypto.Interactive, size)
			}
		}),
		// Sizes out of range are pulled into it.
		"derive-limits": with(func(a *altered) {
			a.derive = func(passphrase, salt []byte, cost crypto.DerivationCost, size int) ([]byte, error) {
				return a.Suite.Derive(passphrase, salt, cost, min(max(size, 1), standard.MaxDerivedSize))
			}
		}),
	}
}

func brokenConcurrency() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// One state for all callers: whoever comes while another is inside spoils both.
		"concurrent-use": with(func(a *altered) {
			var inside, spoilt atomic.Int64
			a.sum = func(parts ...[]byte) chain.Hash {
				if inside.Add(1) > 1 {
					spoilt.Add(1)
				}
				defer inside.Add(-1)
				before := spoilt.Load()
				for range 20 {
					runtime.Gosched()
				}
				if inside.Load() > 1 || spoilt.Load() != before {
					return chain.Hash{}
				}
				return a.Suite.Sum(parts...)
			}
		}),
	}
}

package crypto_test

import (
	"bytes"
	"crypto/sha256"
	"io"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/crypto"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

// altered is the standard suite with single behaviours replaced; nil keeps the sound one.
type altered struct {
	*standard.Suite
	standby func() chain.Scheme
	schemes func() []crypto.Scheme
	sum     func(parts ...[]byte) chain.Hash
	serial  func() chain.Hasher
	address func(key chain.PublicKey) (chain.Address, error)
	cipher  func(key []byte) (crypto.AEAD, error)
	derive  func(passphrase, salt []byte, cost crypto.DerivationCost, size int) ([]byte, error)
	change  func(scheme crypto.Scheme) crypto.Scheme
}

func (a *altered) Default() chain.Scheme {
	if a.standby != nil {
		return a.standby()
	}
	return a.Suite.Default()
}

func (a *altered) Schemes() []crypto.Scheme {
	if a.schemes != nil {
		return a.schemes()
	}
	list := a.Suite.Schemes()
	for i := range list {
		list[i] = a.changed(list[i])
	}
	return list
}

func (a *altered) Scheme(id chain.Scheme) (crypto.Scheme, error) {
	scheme, err := a.Suite.Scheme(id)
	if err != nil {
		return nil, err
	}
	return a.changed(scheme), nil
}

func (a *altered) changed(scheme crypto.Scheme) crypto.Scheme {
	if a.change == nil {
		return scheme
	}
	return a.change(scheme)
}

func (a *altered) Serial() chain.Hasher {
	switch {
	case a.serial != nil:
		return a.serial()
	case a.sum != nil:
		return a
	}
	return a.Suite.Serial()
}

func (a *altered) Sum(parts ...[]byte) chain.Hash {
	if a.sum != nil {
		return a.sum(parts...)
	}
	return a.Suite.Sum(parts...)
}

func (a *altered) Address(key chain.PublicKey) (chain.Address, error) {
	if a.address != nil {
		return a.address(key)
	}
	return a.Suite.Address(key)
}

func (a *altered) Cipher(key []byte) (crypto.AEAD, error) {
	if a.cipher != nil {
		return a.cipher(key)
	}
	return a.Suite.Cipher(key)
}

func (a *altered) Derive(passphrase, salt []byte, cost crypto.DerivationCost, size int) ([]byte, error) {
	if a.derive != nil {
		return a.derive(passphrase, salt, cost, size)
	}
	return a.Suite.Derive(passphrase, salt, cost, size)
}

// alteredScheme is a scheme with single behaviours replaced.
type alteredScheme struct {
	crypto.Scheme
	generate func(random io.Reader) (crypto.Signer, error)
	load     func(secret []byte) (crypto.Signer, error)
	verify   func(key chain.PublicKey, digest chain.Hash, signature []byte) error
	batch    func(items []crypto.Item) []error
}

func (s alteredScheme) Generate(random io.Reader) (crypto.Signer, error) {
	if s.generate != nil {
		return s.generate(random)
	}
	return s.Scheme.Generate(random)
}

func (s alteredScheme) Import(secret []byte) (crypto.Signer, error) {
	if s.load != nil {
		return s.load(secret)
	}
	return s.Scheme.Import(secret)
}

func (s alteredScheme) Verify(key chain.PublicKey, digest chain.Hash, signature []byte) error {
	if s.verify != nil {
		return s.verify(key, digest, signature)
	}
	return s.Scheme.Verify(key, digest, signature)
}

func (s alteredScheme) VerifyBatch(items []crypto.Item) []error {
	if s.batch != nil {
		return s.batch(items)
	}
	return s.Scheme.VerifyBatch(items)
}

// alteredRecovery is a scheme whose recovery is replaced.
type alteredRecovery struct {
	crypto.Scheme
	recover func(digest chain.Hash, signature []byte) (chain.PublicKey, error)
}

func (s alteredRecovery) Recover(digest chain.Hash, signature []byte) (chain.PublicKey, error) {
	return s.recover(digest, signature)
}

// alteredSigner is a signer with single behaviours replaced.
type alteredSigner struct {
	crypto.Signer
	public func() chain.PublicKey
	sign   func(digest chain.Hash) ([]byte, error)
}

func (s alteredSigner) Public() chain.PublicKey {
	if s.public != nil {
		return s.public()
	}
	return s.Signer.Public()
}

func (s alteredSigner) Sign(digest chain.Hash) ([]byte, error) {
	if s.sign != nil {
		return s.sign(digest)
	}
	return s.Signer.Sign(digest)
}

// with returns the direction of a suite in which one thing is altered.
func with(alter func(a *altered)) conformance.Direction {
	return conformant.Direction(func() crypto.Suite {
		a := &altered{Suite: standard.New()}
		alter(a)
		return a
	})
}

// withScheme returns the direction of a suite in which one scheme is altered.
func withScheme(id chain.Scheme, change func(scheme crypto.Scheme) crypto.Scheme) conformance.Direction {
	return with(func(a *altered) {
		a.change = func(scheme crypto.Scheme) crypto.Scheme {
			if scheme.ID() != id {
				return scheme
			}
			return change(scheme)
		}
	})
}

// withVerify returns the direction of a suite in which one scheme verifies otherwise; sound is the scheme's own check.
func withVerify(id chain.Scheme, verify func(sound crypto.Scheme, key chain.PublicKey, digest chain.Hash, signature []byte) error) conformance.Direction {
	return withScheme(id, func(scheme crypto.Scheme) crypto.Scheme {
		return alteredScheme{Scheme: scheme, verify: func(key chain.PublicKey, digest chain.Hash, signature []byte) error {
			return verify(scheme, key, digest, signature)
		}}
	})
}

// withSigner returns the direction of a suite whose Ed25519 signers are altered.
func withSigner(change func(signer crypto.Signer) crypto.Signer) conformance.Direction {
	return withScheme(chain.SchemeEd25519, func(scheme crypto.Scheme) crypto.Scheme {
		alter := func(signer crypto.Signer, err error) (crypto.Signer, error) {
			if err != nil {
				return nil, err
			}
			return change(signer), nil
		}
		return alteredScheme{
			Scheme:   scheme,
			generate: func(random io.Reader) (crypto.Signer, error) { return alter(scheme.Generate(random)) },
			load:     func(secret []byte) (crypto.Signer, error) { return alter(scheme.Import(secret)) },
		}
	})
}

// littered is a hasher for one goroutine that does not clear its buffer.
type littered struct{ buffer []byte }

func (l *littered) Sum(parts ...[]byte) chain.Hash {
	whole := bytes.Join(parts, nil)
	if len(l.buffer) < len(whole) {
		l.buffer = make([]byte, len(whole))
	}
	if copy(l.buffer, whole); len(whole) > 56 {
		return sha256.Sum256(whole)
	}
	return sha256.Sum256(l.buffer[:max(len(whole), min(len(l.buffer), 56))])
}

package crypto

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// keyed is a scheme with a signer of it and a good signature.
type keyed struct {
	crypto.Scheme
	signer    crypto.Signer
	key       chain.PublicKey
	digest    chain.Hash
	signature []byte
}

// randomness returns a reproducible stream.
func randomness(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed, 0xc1}) }

// digestOf returns the n-th digest of a fixed list.
func digestOf(n int) chain.Hash {
	var digest chain.Hash
	_, _ = randomness(byte(n)).Read(digest[:])
	digest[0], digest[1] = byte(n), byte(n>>8)
	return digest
}

// eachScheme calls check with every scheme of the suite and a fresh key of it.
func (b bench) eachScheme(t conformance.T, check func(k keyed)) {
	t.Helper()
	schemes := b.newSuite().Schemes()
	if len(schemes) == 0 {
		t.Fatalf("the suite has no scheme")
	}
	for _, scheme := range schemes {
		check(newKeyed(t, scheme, 1))
	}
}

func newKeyed(t conformance.T, scheme crypto.Scheme, seed byte) keyed {
	t.Helper()
	signer, err := scheme.Generate(randomness(seed))
	if err != nil {
		t.Fatalf("%s: generate a key: %v", scheme.ID(), err)
	}
	k := keyed{Scheme: scheme, signer: signer, key: signer.Public(), digest: digestOf(int(seed))}
	k.signature = sign(t, k, k.digest)
	return k
}

func sign(t conformance.T, k keyed, digest chain.Hash) []byte {
	t.Helper()
	signature, err := k.signer.Sign(digest)
	if err != nil {
		t.Fatalf("%s: sign: %v", k.ID(), err)
	}
	return signature
}

// refused checks that a signature is refused with one of the kernel's errors; want is
// the error, or nil where either will do.
func refused(t conformance.T, k keyed, what string, key chain.PublicKey, digest chain.Hash, signature []byte, want error) {
	t.Helper()
	err := k.Verify(key, digest, signature)
	switch {
	case err == nil:
		t.Fatalf("%s: %s is accepted", k.ID(), what)
	case want != nil && !errors.Is(err, want):
		t.Fatalf("%s: %s is refused with %q, which is not %q", k.ID(), what, err, want)
	case !errors.Is(err, crypto.ErrSignature) && !errors.Is(err, crypto.ErrPublicKey):
		t.Fatalf("%s: %s is refused with %q, which is neither ErrSignature nor ErrPublicKey", k.ID(), what, err)
	}
}

// flip returns a copy with one bit turned.
func flip(b []byte, bit int) []byte {
	changed := bytes.Clone(b)
	changed[bit/8] ^= 1 << (bit % 8)
	return changed
}

// resized returns copies of b of other lengths, with what they are.
func resized(b []byte) map[string][]byte {
	sizes := map[string][]byte{
		"nothing":                   nil,
		"an empty encoding":         {},
		"a leading zero byte":       append([]byte{0}, b...),
		"the encoding twice":        append(bytes.Clone(b), b...),
		"a million bytes after it":  append(bytes.Clone(b), make([]byte, 1_000_000)...),
		"a missing first byte":      bytes.Clone(b[1:]),
		"an encoding and a newline": append(bytes.Clone(b), '\n'),
	}
	for size := 1; size < len(b); size++ {
		sizes[fmt.Sprintf("the first %d bytes", size)] = bytes.Clone(b[:size])
	}
	for _, extra := range []byte{0, 1, 27, 0x80, 0xff} {
		sizes[fmt.Sprintf("a byte %d after it", extra)] = append(bytes.Clone(b), extra)
	}
	return sizes
}

// panics calls f and returns what it panicked with, or nil.
func panics(f func()) (cause any) {
	defer func() { cause = recover() }()
	f()
	return nil
}

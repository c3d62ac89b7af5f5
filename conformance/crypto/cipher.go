package crypto

import (
	"bytes"
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) cipherRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "cipher-key-size", Statement: "Cipher takes keys of exactly one length and refuses others with an error.", Check: b.cipherKeySize},
		{Name: "cipher-round-trip", Statement: "What is sealed opens to itself, is longer by Overhead, is appended to the given slice, and hides the plaintext.", Check: b.cipherRoundTrip},
		{Name: "cipher-tamper-refused", Statement: "A sealed message with any bit turned, cut or extended, or with another nonce, key or associated data, is refused with ErrCipher.", Check: b.cipherTamperRefused},
		{Name: "cipher-nonce-size", Statement: "A nonce of the wrong length does not panic: Open gives ErrCipher, Seal gives nothing.", Check: b.cipherNonceSize},
	}
}

// maxKeySize is the longest cipher key that is looked for, in bytes.
const maxKeySize = 128

// keySizes returns the lengths of keys that the suite's cipher takes.
func keySizes(suite crypto.Suite) []int {
	var sizes []int
	for size := range maxKeySize + 1 {
		if aead, err := suite.Cipher(make([]byte, size)); err == nil && aead != nil {
			sizes = append(sizes, size)
		}
	}
	return sizes
}

func (b bench) cipher(t conformance.T, fill byte) crypto.AEAD {
	t.Helper()
	suite := b.newSuite()
	sizes := keySizes(suite)
	if len(sizes) == 0 {
		t.Fatalf("no key of up to %d bytes is taken", maxKeySize)
	}
	aead, err := suite.Cipher(bytes.Repeat([]byte{fill}, sizes[len(sizes)-1]))
	if err != nil {
		t.Fatalf("cipher: %v", err)
	}
	return aead
}

func (b bench) cipherKeySize(t conformance.T) {
	suite := b.newSuite()
	if sizes := keySizes(suite); len(sizes) != 1 || sizes[0] < 16 {
		t.Fatalf("keys of these lengths are taken: %v", sizes)
	}
	if aead, err := suite.Cipher(nil); err == nil || aead != nil {
		t.Fatalf("no key gives a cipher")
	}
}

func (b bench) cipherRoundTrip(t conformance.T) {
	aead := b.cipher(t, 1)
	nonce := bytes.Repeat([]byte{3}, aead.NonceSize())
	associated := []byte("associated")
	for _, size := range interestingLengths {
		plaintext := message(size)
		sealed := aead.Seal([]byte("prefix"), nonce, plaintext, associated)
		if len(sealed) != len("prefix")+size+aead.Overhead() || !bytes.HasPrefix(sealed, []byte("prefix")) {
			t.Fatalf("%d bytes seal to %d with a prefix of 6 and an overhead of %d", size, len(sealed), aead.Overhead())
		}
		sealed = sealed[len("prefix"):]
		if size >= 16 && bytes.Contains(sealed, plaintext[:16]) {
			t.Fatalf("the plaintext shows in the sealed message")
		}
		opened, err := b.cipher(t, 1).Open([]byte("head"), nonce, sealed, associated)
		if err != nil || !bytes.Equal(opened, append([]byte("head"), plaintext...)) {
			t.Fatalf("%d bytes do not open to themselves: %v", size, err)
		}
	}
}

func (b bench) cipherTamperRefused(t conformance.T) {
	aead := b.cipher(t, 1)
	nonce, associated := bytes.Repeat([]byte{3}, aead.NonceSize()), []byte("associated")
	sealed := aead.Seal(nil, nonce, []byte("forty bytes of a message to be kept safe"), associated)
	must := func(what string, aead crypto.AEAD, nonce, sealed, associated []byte) {
		t.Helper()
		if opened, err := aead.Open(nil, nonce, sealed, associated); !errors.Is(err, crypto.ErrCipher) || len(opened) != 0 {
			t.Fatalf("%s gives %d bytes and %v, not ErrCipher", what, len(opened), err)
		}
	}
	for bit := range 8 * len(sealed) {
		must("a turned bit", aead, nonce, flip(sealed, bit), associated)
	}
	for bit := range 8 * len(nonce) {
		must("another nonce", aead, flip(nonce, bit), sealed, associated)
	}
	for bit := range 8 * len(associated) {
		must("other associated data", aead, nonce, sealed, flip(associated, bit))
	}
	for what, changed := range resized(sealed) {
		must("of the sealed message, "+what, aead, nonce, changed, associated)
	}
	must("no associated data", aead, nonce, sealed, nil)
	must("longer associated data", aead, nonce, sealed, append(associated, 0))
	must("another key", b.cipher(t, 2), nonce, sealed, associated)
}

func (b bench) cipherNonceSize(t conformance.T) {
	aead := b.cipher(t, 1)
	sealed := aead.Seal(nil, make([]byte, aead.NonceSize()), []byte("message"), nil)
	for size := range 40 {
		if size == aead.NonceSize() {
			continue
		}
		nonce := make([]byte, size)
		cause := panics(func() {
			if _, err := aead.Open(nil, nonce, sealed, nil); !errors.Is(err, crypto.ErrCipher) {
				t.Errorf("opening with a nonce of %d bytes gives %v, not ErrCipher", size, err)
			}
			if result := aead.Seal(nil, nonce, []byte("message"), nil); len(result) != 0 {
				t.Errorf("sealing with a nonce of %d bytes gives %d bytes", size, len(result))
			}
		})
		if cause != nil {
			t.Fatalf("a nonce of %d bytes panics: %v", size, cause)
		}
	}
}

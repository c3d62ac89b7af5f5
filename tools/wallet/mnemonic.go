package wallet

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tyler-smith/go-bip39"
)

// ErrMnemonic reports words that are not an English BIP-39 mnemonic. It does not
// quote them.
var ErrMnemonic = errors.New("wallet: not a mnemonic of 12, 15, 18, 21 or 24 English words with a right checksum")

// NewMnemonic makes an English BIP-39 mnemonic of 12, 15, 18, 21 or 24 words from
// randomness.
func NewMnemonic(random io.Reader, words int) (string, error) {
	if words < 12 || words > 24 || words%3 != 0 {
		return "", fmt.Errorf("%w: %d words are asked for", ErrMnemonic, words)
	}
	entropy := make([]byte, words/3*4)
	defer clear(entropy)
	if _, err := io.ReadFull(random, entropy); err != nil {
		return "", fmt.Errorf("wallet: randomness: %w", err)
	}
	return bip39.NewMnemonic(entropy)
}

// CheckMnemonic checks the words of a mnemonic and its checksum. Case and spaces
// between the words do not matter.
func CheckMnemonic(mnemonic string) error {
	if len(mnemonic) > maxMnemonic {
		return ErrMnemonic
	}
	if _, err := bip39.EntropyFromMnemonic(normalMnemonic(mnemonic)); err != nil {
		return ErrMnemonic
	}
	return nil
}

// maxMnemonic bounds a mnemonic in bytes; 24 words of 8 letters need 215.
const maxMnemonic = 1024

func normalMnemonic(mnemonic string) string {
	return strings.Join(strings.Fields(strings.ToLower(mnemonic)), " ")
}

package wallet_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/credibleledger/credibleledger/tools/wallet"
)

// The vectors of BIP-39's reference implementation for entropy of one byte
// repeated; seeds there have the passphrase TREZOR and are not looked at.
var published = map[string]struct {
	entropy byte
	words   int
}{
	"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about":                                                 {0x00, 12},
	"legal winner thank year wave sausage worth useful legal winner thank yellow":                                                                   {0x7f, 12},
	"letter advice cage absurd amount doctor acoustic avoid letter advice cage above":                                                               {0x80, 12},
	"zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong":                                                                                             {0xff, 12},
	"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon agent": {0x00, 18},
	"zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote":                                              {0xff, 24},
}

func TestMnemonicsAreThePublishedOnesOfBIP39(t *testing.T) {
	for mnemonic, vector := range published {
		made, err := wallet.NewMnemonic(bytes.NewReader(bytes.Repeat([]byte{vector.entropy}, 32)), vector.words)
		if err != nil || made != mnemonic {
			t.Errorf("%q, want %q: %v", made, mnemonic, err)
		}
		if err := wallet.CheckMnemonic(mnemonic); err != nil {
			t.Errorf("%q: %v", mnemonic, err)
		}
	}
}

// The seed of "abandon … about" without a passphrase is published with BIP-39's
// tools, and its first Ethereum account in many wallets' documentation.
func TestSeedAndFirstAccountAreThePublishedOnes(t *testing.T) {
	seed, err := wallet.Seed("  abandon abandon abandon abandon abandon abandon\n abandon abandon abandon abandon abandon about ")
	if err != nil {
		t.Fatal(err)
	}
	if have := hex.EncodeToString(seed[:16]); have != "5eb00bbddcf069084889a8ab91555681" {
		t.Errorf("the seed begins %s", have)
	}
	secret, err := wallet.Derive(seed, wallet.DefaultPath+"0")
	if err != nil {
		t.Fatal(err)
	}
	if address, err := wallet.Address(secret); err != nil || address.String() != "0x9858effd232b4033e47d90003d41ec34ecaeda94" {
		t.Errorf("the first account is %s: %v", address, err)
	}
}

func TestMnemonicsWithMistakesAreRefused(t *testing.T) {
	for _, bad := range []string{
		"", "abandon", wallet.TestMnemonic + " junk", strings.TrimSuffix(wallet.TestMnemonic, " junk"), strings.Repeat("abandon ", 12),
		"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon aboutt", strings.Repeat("abandon ", 1000),
		"测 试 测 试 测 试 测 试 测 试 测 试", strings.Repeat("\x00 ", 12),
	} {
		err := wallet.CheckMnemonic(bad)
		if !errors.Is(err, wallet.ErrMnemonic) {
			t.Errorf("%.40q: %v", bad, err)
		} else if strings.Contains(err.Error(), "abandon") || strings.Contains(err.Error(), "junk") {
			t.Errorf("the error quotes words: %v", err)
		}
	}
	for _, good := range []string{wallet.TestMnemonic, strings.ToUpper(wallet.TestMnemonic), "\t" + strings.ReplaceAll(wallet.TestMnemonic, " ", "\n ")} {
		if err := wallet.CheckMnemonic(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestMnemonicsOfOtherLengthsOrWithoutRandomnessAreNotMade(t *testing.T) {
	for _, words := range []int{-12, 0, 11, 13, 27} {
		if _, err := wallet.NewMnemonic(bytes.NewReader(make([]byte, 64)), words); !errors.Is(err, wallet.ErrMnemonic) {
			t.Errorf("%d words: %v", words, err)
		}
	}
	if made, err := wallet.NewMnemonic(iotest.ErrReader(errors.New("broken")), 12); err == nil {
		t.Errorf("broken randomness gives %q", made)
	}
}

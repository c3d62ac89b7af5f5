package ethereum_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

func TestChecksumExamplesOfEIP55(t *testing.T) {
	for _, text := range []string{
		"0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
		"0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
	} {
		if got := ethereum.Checksum(address(t, text), keccak); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
		for _, spelling := range []string{text, strings.ToLower(text), "0x" + strings.ToUpper(text[2:])} {
			if got, err := ethereum.ParseAddress(spelling, keccak); err != nil || got != address(t, text) {
				t.Errorf("%s: got %s, error %v", spelling, got, err)
			}
		}
	}
}

func TestMistypedAddressesAreRefused(t *testing.T) {
	const right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	for _, c := range []struct {
		text string
		want error
	}{
		{strings.Replace(right, "aA", "AA", 1), ethereum.ErrChecksum},
		{strings.Replace(right, "6", "7", 1), ethereum.ErrChecksum},
		{right[2:], chain.ErrText},
		{right + "0", chain.ErrText},
		{right[:41], chain.ErrText},
		{strings.Replace(right, "b", "g", 1), chain.ErrText},
		{"", chain.ErrText},
	} {
		if _, err := ethereum.ParseAddress(c.text, keccak); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.text, err, c.want)
		}
	}
}

func TestContractAddressFollowsTheNonce(t *testing.T) {
	sender := address(t, "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0")
	for nonce, want := range []string{
		"0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d", "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8",
		"0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91", "0xfffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c",
	} {
		if got := ethereum.ContractAddress(sender, uint64(nonce), keccak); got != address(t, want) {
			t.Errorf("nonce %d: got %s, want %s", nonce, got, want)
		}
	}
}

func TestCreate2ExamplesOfEIP1014(t *testing.T) {
	for _, c := range []struct{ sender, salt, initcode, want string }{
		{"0x0000000000000000000000000000000000000000", "", "00", "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"},
		{"0xdeadbeef00000000000000000000000000000000", "", "00", "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3"},
		{"0xdeadbeef00000000000000000000000000000000", "000000000000000000000000feed000000000000000000000000000000000000", "00",
			"0xD04116cDd17beBE565EB2422F2497E06cC1C9833"},
		{"0x00000000000000000000000000000000deadbeef", "00000000000000000000000000000000000000000000000000000000cafebabe", "deadbeef",
			"0x60f3f640a8508fC6a86d45DF051962668E1e8AC7"},
		{"0x0000000000000000000000000000000000000000", "", "", "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"},
	} {
		var salt chain.Hash
		copy(salt[:], unhex(t, c.salt))
		got := ethereum.Create2Address(address(t, c.sender), salt, keccak(unhex(t, c.initcode)), keccak)
		if got != address(t, c.want) {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestPersonalHashHasItsPrefix(t *testing.T) {
	for message, want := range map[string]string{
		"hello world": "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68",
		"":            "5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad",
	} {
		if got := ethereum.PersonalHash([]byte(message), keccak); hex.EncodeToString(got[:]) != want {
			t.Errorf("%q: got %s, want %s", message, got, want)
		}
	}
}

package development_test

import (
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestTheDeployerHasTheCodeThatToolsLookFor(t *testing.T) {
	have := keccak.Keccak256(development.Predeploys()[development.DeployerAddress].Code)
	if want := "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"; have.String() != want {
		t.Errorf("the deployer's code hash is %s, want %s", have, want)
	}
}

// EIP-2935 deploys by a transaction whose signature is made up: it recovers to a sender
// that nobody has for another code, so that the contract's address proves its code.
func TestTheHistoryContractHasTheCodeOfEIP2935(t *testing.T) {
	code := development.Predeploys()[execution.HistoryContract].Code
	copying := []byte{0x60, byte(len(code)), 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3} // initcode that returns what follows
	s, _ := new(big.Int).SetString("aa12693182426612186309f02cfe8a80a0000", 16)
	deployment := &ethereum.Transaction{
		Gas: 250_000, GasPrice: chain.WordFromUint64(1_000_000_000_000), Data: append(copying, code...),
		V: chain.WordFromUint64(27), R: chain.WordFromUint64(0x539), S: chain.Word(s.FillBytes(make([]byte, chain.WordSize))),
	}
	if have := deployment.ID(keccak.Keccak256).String(); have != "0x67139a552b0d3fffc30c0fa7d0c20d42144138c8fe07fc5691f09c1cce632e15" {
		t.Errorf("the transaction is %s", have)
	}
	if have := ethereum.ContractAddress(senderOf(t, deployment), 0, keccak.Keccak256); have != execution.HistoryContract {
		t.Errorf("the code belongs at %s and stands at %s", have, execution.HistoryContract)
	}
}

func senderOf(t *testing.T, transaction *ethereum.Transaction) chain.Address {
	t.Helper()
	families, err := obicore.Families(nil, chain.Hash{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := families[0].Decode(transaction.Encode())
	if err != nil {
		t.Fatal(err)
	}
	verified, err := families[0].Verify(decoded)
	if err != nil {
		t.Fatal(err)
	}
	return verified.Sender
}

func TestPredeploysStandAtTheirWellKnownAddresses(t *testing.T) {
	for _, text := range []string{
		"0x4e59b44847b379578588920ca78fbf26c0b4956c", "0xca11bde05977b3631167028862be2a173976ca11", "0x0000f90827f1c53a10cb7a02335b175320002935",
	} {
		var address chain.Address
		if err := address.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		account, ok := development.Predeploys()[address]
		if !ok || len(account.Code) == 0 || account.Nonce != 1 {
			t.Errorf("%s has %d bytes of code and nonce %d", address, len(account.Code), account.Nonce)
		}
	}
}

func TestPredeploysCanBeChangedByTheCaller(t *testing.T) {
	development.Predeploys()[development.DeployerAddress].Code[0] ^= 1
	if code := hex.EncodeToString(development.Predeploys()[development.DeployerAddress].Code); code[:2] != "7f" {
		t.Errorf("the next caller gets %s…", code[:8])
	}
}

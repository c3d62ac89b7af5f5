package development_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/ethereum/go-ethereum/params"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestTheDeployerHasTheCodeThatToolsLookFor(t *testing.T) {
	have := keccak.Keccak256(development.Predeploys()[development.DeployerAddress].Code)
	if want := "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"; have.String() != want {
		t.Errorf("the deployer's code hash is %s, want %s", have, want)
	}
}

func TestTheHistoryContractHasTheCodeOfEIP2935(t *testing.T) {
	if execution.HistoryContract != chain.Address(params.HistoryStorageAddress) {
		t.Errorf("it stands at %s", execution.HistoryContract)
	}
	if have := development.Predeploys()[execution.HistoryContract].Code; !bytes.Equal(have, params.HistoryStorageCode) {
		t.Errorf("its code is %x", have)
	}
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

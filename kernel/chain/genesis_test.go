package chain_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
)

func validGenesis() *chain.Genesis {
	return &chain.Genesis{
		Format: chain.GenesisFormat, Name: "test", EVMChainID: 7, Time: 1, Crypto: "standard", Consensus: "solo", Commitment: "binary",
		Window: 1024, GasLimit: 30_000_000, Limits: chain.DefaultLimits(), Rules: []chain.Rules{{Version: 1}},
		Validators: []chain.GenesisMember{{ID: chain.Hash{1}, ConsensusKey: chain.GenesisKey{Scheme: "ed25519", Key: make([]byte, 32)},
			ExportKey: chain.GenesisKey{Scheme: "none"}, Weight: 1}},
		Allocation: chain.Allocation{{0xaa}: {Balance: chain.WordFromUint64(5), Storage: map[chain.Hash]chain.Hash{{1}: {2}}}},
	}
}

func TestTheCanonicalGenesisFileIsStableAndKeepsItsIdentity(t *testing.T) {
	file, err := validGenesis().Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if !canonicaljson.IsCanonical(file) {
		t.Fatal("the file is not canonical")
	}
	parsed, err := chain.ParseGenesis(file)
	if err != nil {
		t.Fatal(err)
	}
	first, err := validGenesis().Identity(sha{})
	if err != nil {
		t.Fatal(err)
	}
	spaced, err := chain.ParseGenesis([]byte(strings.ReplaceAll(string(file), ",", " ,\n")))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*chain.Genesis{parsed, spaced} {
		if identity, err := g.Identity(sha{}); err != nil || identity != first {
			t.Fatalf("identity %s, want %s: %v", identity, first, err)
		}
	}
}

func TestBrokenGenesisFilesAreRefusedWithTheReason(t *testing.T) {
	for name, change := range map[string]func(*chain.Genesis){
		"format":                  func(g *chain.Genesis) { g.Format = 2 },
		"name":                    func(g *chain.Genesis) { g.Name = "Not A Name" },
		"evmChainId":              func(g *chain.Genesis) { g.EVMChainID = 0 },
		"crypto":                  func(g *chain.Genesis) { g.Crypto = "" },
		"rootDelay":               func(g *chain.Genesis) { g.RootDelay = 17 },
		"window":                  func(g *chain.Genesis) { g.Window = 0 },
		"gasLimit":                func(g *chain.Genesis) { g.GasLimit = 1 },
		"limits.blockBytes":       func(g *chain.Genesis) { g.Limits.BlockBytes = 1 },
		"limits.blockCount":       func(g *chain.Genesis) { g.Limits.BlockCount = 0 },
		"limits.transactionBytes": func(g *chain.Genesis) { g.Limits.TransactionBytes = 0 },
		"rules":                   func(g *chain.Genesis) { g.Rules = nil },
		"must rise":               func(g *chain.Genesis) { g.Rules = append(g.Rules, chain.Rules{Version: 1, Activation: 5}) },
		"validators":              func(g *chain.Genesis) { g.Validators = nil },
		"unknown scheme":          func(g *chain.Genesis) { g.Validators[0].ConsensusKey.Scheme = "rot13" },
		"admin":                   func(g *chain.Genesis) { g.Admin = make([]chain.Address, chain.MaxAdmins+1) },
		"baseFee":                 func(g *chain.Genesis) { g.Fees.BaseFee = chain.Word{0: 1} },
		"sum of all balances": func(g *chain.Genesis) {
			g.Allocation[chain.Address{1}] = chain.AllocatedAccount{Balance: chain.Word{0: 0xff}}
			g.Allocation[chain.Address{2}] = chain.AllocatedAccount{Balance: chain.Word{0: 0xff}}
		},
		"weight":    func(g *chain.Genesis) { g.Validators[0].Weight = 0 },
		"ascending": func(g *chain.Genesis) { g.Validators = append(g.Validators, g.Validators[0]) },
	} {
		g := validGenesis()
		change(g)
		if err := g.Check(); !errors.Is(err, chain.ErrGenesis) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnknownAndRepeatedKeysInGenesisAreRefused(t *testing.T) {
	file, err := validGenesis().Canonical()
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string]string{
		"unknown":   strings.Replace(string(file), `"window":`, `"windw":`, 1),
		"repeated":  strings.Replace(string(file), `"window":`, `"window":1,"window":`, 1),
		"trailing":  string(file) + "{}",
		"truncated": string(file[:len(file)-1]),
	} {
		if _, err := chain.ParseGenesis([]byte(broken)); err == nil {
			t.Errorf("%s key was accepted", name)
		}
	}
}

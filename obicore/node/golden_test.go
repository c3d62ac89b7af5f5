package node_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

var updateGolden = flag.Bool("update-golden", false, "write the golden data directories that are missing")

// golden holds data directories as earlier versions of the platform wrote them.
// Each must open and verify for ever; a change of format adds one and removes
// none.
const golden = "testdata/golden"

func TestGoldenDataDirectoriesOpenAndVerify(t *testing.T) {
	if *updateGolden {
		writeGolden(t, "standard-1", "standard", obicore.BinaryTree)
		writeGolden(t, "gm-1", "gm", obicore.BinaryTree)
		writeGolden(t, "patricia-1", "gm", obicore.MerklePatricia)
		writeGolden(t, "signers-1", "standard", obicore.BinaryTree)
		writeGolden(t, "nodes-2", "standard", obicore.BinaryTree)
	}
	directories, err := filepath.Glob(filepath.Join(golden, "*"))
	if err != nil || len(directories) < 5 {
		t.Fatalf("%d golden directories: %v", len(directories), err)
	}
	for _, directory := range directories {
		t.Run(filepath.Base(directory), func(t *testing.T) { verifyGolden(t, directory) })
	}
}

func verifyGolden(t *testing.T, directory string) {
	file, err := os.ReadFile(filepath.Join(directory, "genesis.json"))
	if err != nil {
		t.Fatal(err)
	}
	genesis, err := chain.ParseGenesis(file)
	if err != nil {
		t.Fatal(err)
	}
	place := t.TempDir() // opening may repair and compact, so never in place
	if err := os.CopyFS(place, os.DirFS(filepath.Join(directory, "data"))); err != nil {
		t.Fatal(err)
	}
	c, err := node.Open(t.Context(), obicore.Registry(), node.Options{Genesis: genesis, Directory: place})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if height := c.Head().Header.Height; height < 4 {
		t.Fatalf("height %d", height)
	}
	err = c.Ledger().(ledger.Inspector).Inspect(t.Context(), func(f ledger.Fault) { t.Errorf("height %d, %s: %v", f.Height, f.Place, f.Err) }, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Replay(t.Context(), func(float64) {}); err != nil {
		t.Fatal(err)
	}
}

// writeGolden makes a directory, when there is none, with transfers, a contract, an event, a failed
// and a parameter transaction.
func writeGolden(t *testing.T, name, suite, commitment string) {
	directory := filepath.Join(golden, name)
	if _, err := os.Stat(directory); err == nil {
		return
	}
	f := newFixture(t, suite, func(g *chain.Genesis) { g.Commitment = commitment })
	f.options.Genesis.Admin = []chain.Address{f.wallets[0].address}
	f.options.Directory = filepath.Join(directory, "data")
	if err := os.MkdirAll(f.options.Directory, 0o755); err != nil {
		t.Fatal(err)
	}
	c := f.open()
	await(t, c, f.wallets[1].transfer(t, chain.Address{0xbe}, 7))
	// Initcode that stores 1 at slot 0, emits an event and returns the code 0xfe.
	initcode := []byte{0x60, 1, 0x60, 0, 0x55, 0x60, 0, 0x60, 0, 0xa0, 0x60, 0xfe, 0x60, 0, 0x53, 0x60, 1, 0x60, 0, 0xf3}
	raw := f.wallets[2].sign(t, &ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 200_000, Data: initcode})
	block, index := await(t, c, raw)
	if block.Results.Transactions[index].Receipt.Status != chain.StatusSucceeded {
		t.Fatal("the contract was not created")
	}
	created := ethereum.ContractAddress(f.wallets[2].address, 0, keccak.Keccak256)
	await(t, c, f.wallets[3].sign(t, &ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 50_000, To: &created}))
	await(t, c, f.wallets[0].invoke(t, "setBaseFee(uint256)", 1))
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	file, err := f.options.Genesis.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, "genesis.json"), file, 0o644); err != nil {
		t.Fatal(err)
	}
}

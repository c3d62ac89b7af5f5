package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// dataPlace says where a stopped chain is kept.
type dataPlace struct{ data, genesis string }

func (t *terminal) placeFlags(command *cobra.Command, place *dataPlace) {
	command.Flags().StringVar(&place.data, "data", "", t.text(Text{"the chain's data directory", "链的数据目录"}))
	command.Flags().StringVar(&place.genesis, "genesis", "", t.text(Text{"the chain's genesis file (default: genesis.json in or above --data)", "链的创世文件（默认为 --data 或其上级目录中的 genesis.json）"}))
}

// errNoLedger says that a directory holds nothing to look at.
var errNoLedger = errors.New("there is no ledger in this directory")

// read returns the genesis of the chain that is kept there.
func (p *dataPlace) read() (*chain.Genesis, error) {
	file := p.genesis
	if file == "" {
		file = genesisBeside(p.data)
	}
	_, genesis, err := readGenesis(file)
	if err == nil && !hasFolder(p.data) {
		err = errNoLedger // opening would make an empty one, which holds
	}
	return genesis, err
}

// genesisBeside is where the genesis of a data directory is: in it, as dev has it, or
// above it, as nodes have it.
func genesisBeside(data string) string {
	name := filepath.Join(data, "genesis.json")
	if _, err := os.Stat(name); err != nil {
		return filepath.Join(filepath.Dir(filepath.Clean(data)), "genesis.json")
	}
	return name
}

// hasFolder reports whether a directory holds another one, as each ledger does.
func hasFolder(directory string) bool {
	entries, err := os.ReadDir(directory)
	return err == nil && slices.ContainsFunc(entries, os.DirEntry.IsDir)
}

// openStopped opens a chain without starting its engine. The limits of one node's
// configuration are of no account: nothing is pruned, and every transaction of the saved
// pool is kept.
func (t *terminal) openStopped(ctx context.Context, place dataPlace, genesis *chain.Genesis, notes *noteBook) (*node.Chain, error) {
	return node.Open(ctx, t.Registry, node.Options{Genesis: genesis, Directory: place.data, Rules: t.Rules, AllowUnprotected: true, Log: notes.log()})
}

// dataNeeded is the problem of a command to which no directory was named.
func dataNeeded() error {
	return &Problem{
		Code: "CL-VERIFY-001", Usage: true, What: Text{"no data directory", "未指定数据目录"},
		Next: Text{"name it with --data DIR", "请用 --data 目录 指定"},
	}
}

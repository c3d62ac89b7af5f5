package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/tools/network"
)

// dataPlace says where a stopped chain is kept: in a data directory, or where the
// configuration of a node's home says.
type dataPlace struct{ data, home, genesis string }

// dataFlags adds the flags that name a place.
func (t *terminal) dataFlags(command *cobra.Command, place *dataPlace) {
	flags := command.Flags()
	flags.StringVar(&place.data, "data", "", t.text(Text{"the chain's data directory", "链的数据目录"}))
	flags.StringVar(&place.home, "home", "", t.text(Text{"instead of --data: a node's directory, with config.toml", "代替 --data：含 config.toml 的节点目录"}))
	flags.StringVar(&place.genesis, "genesis", "", t.text(Text{"the chain's genesis file (default: genesis.json in or above --data)", "链的创世文件（默认为 --data 或其上级目录中的 genesis.json）"}))
}

// where is the directory that was named, or that its configuration names.
func (p *dataPlace) where() string { return cmp.Or(p.data, p.home) }

// named reports whether exactly one of both is given.
func (p *dataPlace) named() bool { return (p.data == "") != (p.home == "") }

// placeNeeded is the problem of a command to which no place was named.
func placeNeeded(code string) error {
	return &Problem{
		Code: code, Usage: true, What: Text{"no data directory", "未指定数据目录"},
		Next: Text{"name it with --data DIR, or its node with --home HOME", "请用 --data 目录 指定，或用 --home 目录 指定节点"},
	}
}

// resolve finds data directory and genesis file.
func (p *dataPlace) resolve() error {
	if p.home == "" {
		if p.genesis == "" {
			p.genesis = genesisBeside(p.data)
		}
		return nil
	}
	settings, err := readConfiguration(filepath.Join(p.home, "config.toml"))
	if err != nil {
		return err
	}
	p.data = placeIn(p.home, settings.Data.Directory)
	if p.genesis == "" {
		p.genesis = placeIn(p.home, settings.Data.Genesis)
	}
	return nil
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

// errNoLedger says that a directory holds nothing to look at.
var errNoLedger = errors.New("there is no ledger in this directory")

// stopped is a chain that is opened and not started.
type stopped struct {
	*node.Chain
	notes *noteBook
}

// openStopped opens the chain at a place, which must hold one. The limits of a node's
// configuration are of no account: nothing is pruned, and every transaction of the
// saved pool is kept.
func (t *terminal) openStopped(ctx context.Context, place *dataPlace) (*stopped, error) {
	if err := place.resolve(); err != nil {
		return nil, err
	}
	_, genesis, err := readGenesis(place.genesis)
	if err != nil {
		return nil, err
	}
	if !hasFolder(place.data) {
		return nil, errNoLedger // opening would make an empty one, which holds
	}
	return t.openChain(ctx, place, genesis)
}

// openChain opens the chain of a genesis at a place, and makes it where there is none.
func (t *terminal) openChain(ctx context.Context, place *dataPlace, genesis *chain.Genesis) (*stopped, error) {
	options := node.Options{Genesis: genesis, Directory: place.data, Rules: t.Rules, AllowUnprotected: true}
	if place.home != "" {
		recovery, err := network.LoadRecovery(place.home)
		if err != nil {
			return nil, err
		}
		options.Recovery = recovery
	}
	s := &stopped{notes: &noteBook{}}
	options.Log = s.notes.log()
	var err error
	s.Chain, err = node.Open(ctx, t.Registry, options)
	return s, err
}

// close closes the chain, whatever the caller's patience.
func (s *stopped) close(ctx context.Context) error { return s.Close(context.WithoutCancel(ctx)) }

// writeWhole writes a file by write, durable with its name, or leaves none.
func writeWhole(name string, write func(*os.File) error) (err error) {
	if _, err := os.Stat(name); err == nil {
		return fmt.Errorf("%s is there already: name a new file", name)
	}
	file, err := os.Create(name + ".new")
	if err != nil {
		return err
	}
	if err = write(file); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(name+".new"))
	}
	return os.Rename(name+".new", name)
}

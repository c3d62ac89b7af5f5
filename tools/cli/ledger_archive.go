package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/archive"
)

// archiveReport is what credible ledger export and import say.
type archiveReport struct {
	File     string     `json:"file"`
	Chain    string     `json:"chain"`
	Identity chain.Hash `json:"identity"`
	From     uint64     `json:"from"`
	To       uint64     `json:"to"`
	Head     uint64     `json:"head"`
}

func (t *terminal) ledgerExport() *cobra.Command {
	var place dataPlace
	var from, to uint64
	var name string
	command := &cobra.Command{
		Use: "export --data DIR|--home HOME --out FILE", Args: cobra.NoArgs,
		Short: t.text(Text{"write blocks with their proofs to one file", "将区块及其证明写入一个文件"}),
	}
	t.dataFlags(command, &place)
	command.Flags().Uint64Var(&from, "from", 0, t.text(Text{"first height (default: the oldest that is kept)", "起始高度（默认为所保留的最早高度）"}))
	command.Flags().Uint64Var(&to, "to", 0, t.text(Text{"last height (default: the newest)", "结束高度（默认为最新高度）"}))
	command.Flags().StringVar(&name, "out", "", t.text(Text{"a new file", "新的文件"}))
	command.RunE = func(command *cobra.Command, _ []string) error {
		if name == "" {
			return &Problem{
				Code: "CL-LEDGER-001", Usage: true, What: Text{"no file to write", "未指定输出文件"},
				Next: Text{"name a new one with --out FILE", "请用 --out 文件 指定新文件"},
			}
		}
		return t.onStopped(command.Context(), &place, func(c *stopped) error {
			report, err := t.export(command.Context(), c, name, from, to)
			if err != nil {
				return ledgerFailed(err)
			}
			return t.result(report, func() {
				t.say(Text{"blocks %d to %d of chain %s are in %s", "链 %[3]s 的区块 %[1]d 至 %[2]d 已写入 %[4]s"}, report.From, report.To, report.Chain, report.File)
			})
		})
	}
	return command
}

func (t *terminal) export(ctx context.Context, c *stopped, name string, from, to uint64) (*archiveReport, error) {
	status := c.Ledger().Status()
	if from == 0 {
		from = max(1, status.OldestBody)
	}
	if to == 0 {
		to = status.Decided
	}
	genesis, err := c.Genesis().Canonical()
	if err != nil {
		return nil, err
	}
	head := archive.Head{Genesis: genesis, Identity: c.Identity(), From: from, To: to}
	bar := t.progress(Text{"blocks", "区块"})
	err = writeWhole(name, func(file *os.File) error { return archive.Write(ctx, file, c.Ledger(), head, bar.set) })
	if err != nil {
		return nil, err
	}
	bar.done()
	return &archiveReport{File: name, Chain: c.Genesis().Name, Identity: head.Identity, From: from, To: to, Head: c.Head().Header.Height}, nil
}

func (t *terminal) ledgerImport() *cobra.Command {
	var place dataPlace
	command := &cobra.Command{
		Use: "import FILE --data DIR|--home HOME", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"verify and execute the blocks of a file", "校验并执行文件中的区块"}),
		Long: t.text(Text{
			"Verifies the decision of each block and executes it, as a node does that gets it from a peer. What the\nchain has already must be the same; a block that does not follow is refused, and those before it stay.\nA directory without a chain is filled from genesis; then the file must begin with block 1.",
			"校验每个区块的决定并执行，与节点从对等节点获得区块时相同。已有的区块必须一致；不相接的区块被拒绝，\n此前的区块保留。没有链的目录自创世建立，此时文件须从区块 1 开始。",
		}),
		RunE: func(command *cobra.Command, arguments []string) error {
			if !place.named() {
				return placeNeeded("CL-LEDGER-001")
			}
			report, err := t.importBlocks(command.Context(), arguments[0], &place)
			if err != nil {
				return importProblem(err)
			}
			return t.result(report, func() {
				t.say(Text{"blocks %d to %d are imported; chain %s is at height %d", "已导入区块 %d 至 %d；链 %s 位于高度 %d"}, report.From, report.To, report.Chain, report.Head)
			})
		},
	}
	t.dataFlags(command, &place)
	return command
}

func importProblem(why error) error {
	var problem *Problem
	if errors.As(why, &problem) {
		return problem
	}
	return &Problem{
		Code: "CL-LEDGER-004", Why: why, What: Text{"the blocks are not all imported", "未能导入全部区块"},
		Next: Text{"credible ledger stats shows how far the chain has come; name a file of the same chain that goes on from there", "credible ledger stats 可显示链的高度；请指定同一条链且由此延续的文件"},
	}
}

func (t *terminal) importBlocks(ctx context.Context, name string, place *dataPlace) (report *archiveReport, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	blocks, err := archive.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c, err := t.openForImport(ctx, blocks.Head, place)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close(ctx)) }()
	if err := t.importInto(ctx, c, blocks); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &archiveReport{
		File: name, Chain: c.Genesis().Name, Identity: c.Identity(), From: blocks.Head.From, To: blocks.Head.To, Head: c.Head().Header.Height,
	}, nil
}

// openForImport opens the chain at a place, or makes the one that a file is of.
func (t *terminal) openForImport(ctx context.Context, head *archive.Head, place *dataPlace) (*stopped, error) {
	genesis, err := importGenesis(head, place)
	if err != nil {
		return nil, err
	}
	c, err := t.openChain(ctx, place, genesis)
	if err != nil {
		return nil, ledgerClosed(place, err)
	}
	if c.Identity() != head.Identity {
		return nil, errors.Join(fmt.Errorf("the file is of chain %s, the directory of %s", head.Identity, c.Identity()), c.close(ctx))
	}
	return c, nil
}

// importGenesis returns the genesis at a place; into a new data directory it puts the
// file's own.
func importGenesis(head *archive.Head, place *dataPlace) (*chain.Genesis, error) {
	chosen := place.home != "" || place.genesis != ""
	if err := place.resolve(); err != nil {
		return nil, err
	}
	_, genesis, err := readGenesis(place.genesis)
	if chosen || !errors.Is(err, os.ErrNotExist) {
		return genesis, err
	}
	if genesis, err = chain.ParseGenesis(head.Genesis); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(place.data, 0o700); err != nil {
		return nil, err
	}
	return genesis, writeGenesis(place.data, head.Genesis)
}

// writeGenesis puts a genesis file into a data directory.
func writeGenesis(data string, content []byte) error {
	return writeWhole(filepath.Join(data, "genesis.json"), func(file *os.File) error {
		_, err := file.Write(content)
		return err
	})
}

func (t *terminal) importInto(ctx context.Context, c *stopped, blocks *archive.Reader) error {
	bar, height := t.progress(Text{"executing", "执行"}), blocks.Head.From
	for block, err := range blocks.Blocks() {
		if err := errors.Join(ctx.Err(), err); err != nil {
			return err
		}
		if err := c.Import(ctx, block); err != nil {
			return fmt.Errorf("block %d: %w", height, err)
		}
		bar.set(float64(height-blocks.Head.From+1) / float64(blocks.Head.To-blocks.Head.From+1))
		height++
	}
	bar.done()
	return c.Drained(ctx)
}

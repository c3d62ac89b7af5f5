package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// compactReport is what credible ledger compact says.
type compactReport struct {
	Before int64 `json:"bytesBefore"`
	After  int64 `json:"bytesAfter"`
}

func (t *terminal) ledgerCompact() *cobra.Command {
	var place dataPlace
	command := &cobra.Command{
		Use: "compact --data DIR|--home HOME", Args: cobra.NoArgs,
		Short: t.text(Text{"rewrite the database without what was overwritten", "重写数据库，去除已被覆盖的内容"}),
		RunE: func(command *cobra.Command, _ []string) error {
			return t.onStopped(command.Context(), &place, func(c *stopped) error {
				report, err := t.compact(command.Context(), c)
				if err != nil {
					return ledgerFailed(err)
				}
				return t.result(report, func() {
					t.say(Text{"%d bytes before, %d after", "之前 %d 字节，之后 %d 字节"}, report.Before, report.After)
				})
			})
		},
	}
	t.dataFlags(command, &place)
	return command
}

func (t *terminal) compact(ctx context.Context, c *stopped) (*compactReport, error) {
	before, err := reportOf(ctx, c)
	if err != nil {
		return nil, err
	}
	bar := t.progress(Text{"compacting", "压缩"})
	if err := c.Ledger().(ledger.Maintainer).Compact(ctx, bar.set); err != nil {
		return nil, err
	}
	bar.done()
	after, err := reportOf(ctx, c)
	if err != nil {
		return nil, err
	}
	return &compactReport{before.Bytes, after.Bytes}, nil
}

// pruneReport is what credible ledger prune says.
type pruneReport struct {
	Below       uint64 `json:"below"`
	OldestBody  uint64 `json:"oldestBody"`
	OldestState uint64 `json:"oldestState"`
}

func (t *terminal) ledgerPrune() *cobra.Command {
	var place dataPlace
	var below, retain uint64
	command := &cobra.Command{
		Use: "prune --data DIR|--home HOME --below HEIGHT|--retain HEIGHTS", Args: cobra.NoArgs,
		Short: t.text(Text{"drop old blocks, receipts and states", "删除旧的区块、回执与状态"}),
		Long: t.text(Text{
			"Drops transactions, receipts, logs and states below a height; headers and proofs stay. Files go as a whole,\nso that somewhat more may be kept. It cannot be undone.",
			"删除某一高度以下的交易、回执、日志与状态；区块头与证明保留。按整个文件删除，因此可能略多保留。此操作不可撤销。",
		}),
	}
	t.dataFlags(command, &place)
	command.Flags().Uint64Var(&below, "below", 0, t.text(Text{"lowest height that is kept", "所保留的最低高度"}))
	command.Flags().Uint64Var(&retain, "retain", 0, t.text(Text{"how many heights below the last one are kept", "最后高度以下保留的高度数"}))
	command.RunE = func(command *cobra.Command, _ []string) error {
		if (below == 0) == (retain == 0) {
			return &Problem{
				Code: "CL-LEDGER-001", Usage: true, What: Text{"it is not said what is kept", "未说明保留哪些内容"},
				Next: Text{"give either --below HEIGHT or --retain HEIGHTS", "请指定 --below 高度 或 --retain 高度数 之一"},
			}
		}
		return t.onStopped(command.Context(), &place, func(c *stopped) error {
			report, err := prune(command.Context(), c, below, retain)
			if err != nil {
				return ledgerFailed(err)
			}
			return t.result(report, func() {
				t.say(Text{"pruned below %d: the oldest block is %d, the oldest state %d", "已裁剪高度 %d 以下：最早的区块为 %d，最早的状态为 %d"}, report.Below, report.OldestBody, report.OldestState)
			})
		})
	}
	return command
}

// prune drops what is below a height, and never what the next blocks need: the ids of
// the window, which they must not hold again, the states that rule them, and the results
// whose roots their headers carry.
func prune(ctx context.Context, c *stopped, below, retain uint64) (*pruneReport, error) {
	pruner, can := c.Ledger().(ledger.Pruner)
	if !can {
		return nil, fmt.Errorf("this ledger module does not prune: choose another")
	}
	head, needed := c.Head().Header.Height, max(1+c.Genesis().RootDelay, c.Genesis().Window)
	if retain > 0 {
		below = max(head, retain) - retain
	}
	if below+needed > head && below > 0 {
		return nil, fmt.Errorf("%w: the next block needs the %d heights below %d: prune below %d at most", ledger.ErrHeight, needed, head, max(head, needed)-needed)
	}
	if err := pruner.Prune(ctx, below); err != nil {
		return nil, err
	}
	status := c.Ledger().Status()
	return &pruneReport{below, status.OldestBody, status.OldestState}, nil
}

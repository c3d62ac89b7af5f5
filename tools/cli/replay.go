package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/obicore/node"
)

func (t *terminal) replay() *cobra.Command {
	var place dataPlace
	var compare bool
	var r node.Range
	command := &cobra.Command{
		Use: "replay --compare --data DIR|--home HOME", Args: cobra.NoArgs,
		Short: t.text(Text{"execute old blocks again under this binary", "以本程序重新执行旧区块"}),
		Long: t.text(Text{
			"Executes the blocks of a stopped chain again under the rules of this binary, before an upgrade for\nexample, and names the first transaction whose receipt or writes differ from what is stored.\nExit code 0 only when none does. The heights must lie inside the retention window.",
			"以本程序的规则重新执行已停止的链的区块（例如升级之前），并指出首笔回执或写入与存储不一致的交易。\n仅当全部一致时退出码为 0。所及高度须在保留窗口之内。",
		}),
		RunE: func(command *cobra.Command, _ []string) error {
			switch {
			case !place.named():
				return placeNeeded("CL-VERIFY-001")
			case !compare:
				return &Problem{
					Code: "CL-VERIFY-004", Usage: true, What: Text{"it is not said what to do with the results", "未说明如何处理执行结果"},
					Next: Text{"add --compare: results are compared with what is stored", "请加 --compare：与存储的结果进行比较"},
				}
			}
			return t.runReplay(command.Context(), &place, r)
		},
	}
	t.dataFlags(command, &place)
	command.Flags().BoolVar(&compare, "compare", false, t.text(Text{"compare with the stored results", "与存储的结果比较"}))
	command.Flags().Uint64Var(&r.From, "from", 0, t.text(Text{"first height (default: the oldest that is kept)", "起始高度（默认为所保留的最早高度）"}))
	command.Flags().Uint64Var(&r.To, "to", math.MaxUint64, t.text(Text{"last height (default: the newest)", "结束高度（默认为最新高度）"}))
	command.Flags().BoolVar(&r.Signatures, "signatures", false, t.text(Text{"check the signatures again too (default: the senders that the ledger keeps)", "同时重新验证签名（默认采用账本所存的发送者）"}))
	return command
}

// replayReport is the outcome of credible replay.
type replayReport struct {
	Chain        string            `json:"chain"`
	From         uint64            `json:"from"`
	To           uint64            `json:"to"` // the last height that is the same
	Transactions uint64            `json:"transactions"`
	Seconds      float64           `json:"seconds"`
	PerSecond    float64           `json:"transactionsPerSecond"`
	Signatures   bool              `json:"signatures"` // whether they were checked again
	Equal        bool              `json:"equal"`
	Difference   *replayDifference `json:"difference,omitempty"`
}

type replayDifference struct {
	Height uint64 `json:"height"`
	Index  int    `json:"index"` // of the transaction, -1 for the block's own writes
	ID     string `json:"id,omitempty"`
	What   string `json:"what"`
}

func (t *terminal) runReplay(ctx context.Context, place *dataPlace, r node.Range) error {
	report, err := t.replayed(ctx, place, r)
	if err != nil {
		return &Problem{
			Code: "CL-VERIFY-002", Why: err, What: Text{"the data directory cannot be replayed: " + place.where(), "无法重新执行数据目录：" + place.where()},
			Next: Text{"name the right directory, stop the node that uses it, or restore it from a backup", "请确认目录、停止正在使用该目录的节点，或从备份恢复"},
		}
	}
	if err := t.result(report, func() { t.showReplay(report) }); err != nil {
		return err
	}
	if !report.Equal {
		return &Problem{
			Code: "CL-VERIFY-005", What: Text{"this binary comes to other results", "本程序得出不同的结果"},
			Next: Text{"do not run it on this chain; tell its makers the transaction that differs", "请勿在该链上运行本程序；请将不一致的交易告知其开发者"},
		}
	}
	return nil
}

func (t *terminal) replayed(ctx context.Context, place *dataPlace, r node.Range) (report *replayReport, err error) {
	c, err := t.openStopped(ctx, place)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close(ctx)) }()
	bar := t.progress(Text{"executing again", "重新执行"})
	began := time.Now()
	done, err := c.ReplayRange(ctx, r, bar.set)
	bar.done()
	seconds := time.Since(began).Seconds()
	report = &replayReport{Chain: c.Genesis().Name, From: done.From, To: done.To, Transactions: done.Transactions, Seconds: seconds, Signatures: r.Signatures, Equal: err == nil}
	if seconds > 0 {
		report.PerSecond = float64(done.Transactions) / seconds
	}
	var difference *node.Difference
	if errors.As(err, &difference) {
		report.Difference = &replayDifference{Height: difference.Height, Index: difference.Index, What: difference.What}
		if difference.Index >= 0 {
			report.Difference.ID = difference.ID.String()
		}
		err = nil
	}
	return report, err
}

func (t *terminal) showReplay(r *replayReport) {
	if d := r.Difference; d != nil {
		where := fmt.Sprintf("%d %s", d.Index, d.ID)
		if d.Index < 0 {
			where = t.text(Text{"the block's own writes", "区块自身的写入"})
		}
		t.say(Text{"block %d differs, transaction %s: %s", "区块 %d 不一致，交易 %s：%s"}, d.Height, where, d.What)
		return
	}
	t.say(Text{
		"chain %s: blocks %d to %d come to the same results: %d transactions, %.0f a second",
		"链 %s：区块 %d 至 %d 结果一致：%d 笔交易，每秒 %.0f 笔",
	}, r.Chain, r.From, r.To, r.Transactions, r.PerSecond)
}

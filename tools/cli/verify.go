package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/node"
)

func (t *terminal) verify() *cobra.Command {
	var data string
	var replay bool
	command := &cobra.Command{
		Use: "verify --data DIR", Args: cobra.NoArgs,
		Short: t.text(Text{"check a chain's data directory offline", "离线校验链的数据目录"}),
		Long: t.text(Text{
			"Checks every checksum, link, root, receipt and decision proof of a stopped chain, and with --replay\nexecutes every block again. Exit code 0 only when all hold.",
			"对已停止的链逐项检查校验和、区块链接、各类根、回执与共识证明；加 --replay 时重新执行所有区块。\n仅当全部通过时退出码为 0。",
		}),
		RunE: func(command *cobra.Command, _ []string) error { return t.runVerify(command.Context(), data, replay) },
	}
	command.Flags().StringVar(&data, "data", "", t.text(Text{"the chain's data directory", "链的数据目录"}))
	command.Flags().BoolVar(&replay, "replay", true, t.text(Text{"execute the blocks again and compare", "重新执行区块并比较结果"}))
	return command
}

// verifyReport is the outcome of credible verify.
type verifyReport struct {
	Chain    string        `json:"chain"`
	Identity chain.Hash    `json:"identity"`
	Height   uint64        `json:"height"`
	State    chain.Hash    `json:"stateRoot"`
	Replayed bool          `json:"replayed"`
	OK       bool          `json:"ok"`
	Faults   []verifyFault `json:"faults"`
}

type verifyFault struct {
	Height uint64 `json:"height"`
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

// maxFaults bounds the faults that are listed.
const maxFaults = 100

func (t *terminal) runVerify(ctx context.Context, data string, replay bool) error {
	if data == "" {
		return &Problem{
			Code: "CL-VERIFY-001", Usage: true, What: Text{"no data directory", "未指定数据目录"},
			Next: Text{"name it with --data DIR", "请用 --data 目录 指定"},
		}
	}
	report, err := t.check(ctx, data, replay)
	if err != nil {
		return &Problem{
			Code: "CL-VERIFY-002", Why: err, What: Text{"the data directory cannot be opened: " + data, "无法打开数据目录：" + data},
			Next: Text{"stop the node that uses it, or restore the directory from a backup", "请停止正在使用该目录的节点，或从备份恢复"},
		}
	}
	if err := t.result(report, func() { t.showReport(report) }); err != nil {
		return err
	}
	if !report.OK {
		return &Problem{
			Code: "CL-VERIFY-003", What: Text{fmt.Sprintf("%d faults", len(report.Faults)), fmt.Sprintf("发现 %d 处错误", len(report.Faults))},
			Next: Text{"restore the directory from a backup or from another node", "请从备份或其他节点恢复数据目录"},
		}
	}
	return nil
}

// check opens the chain without starting its engine and looks at everything.
func (t *terminal) check(ctx context.Context, data string, replay bool) (report *verifyReport, err error) {
	file, err := os.ReadFile(filepath.Join(data, "genesis.json"))
	if err != nil {
		return nil, err
	}
	genesis, err := chain.ParseGenesis(file)
	if err != nil {
		return nil, err
	}
	c, err := node.Open(ctx, t.registry, node.Options{Genesis: genesis, Directory: data})
	if errors.Is(err, ledger.ErrCorrupt) || errors.Is(err, node.ErrRoot) {
		return &verifyReport{Chain: genesis.Name, Faults: []verifyFault{{Place: "open", Reason: err.Error()}}}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(ctx))) }()
	report = &verifyReport{
		Chain: genesis.Name, Identity: c.Identity(), Height: c.Head().Header.Height, State: c.Head().Results.StateRoot,
		Replayed: replay, Faults: []verifyFault{},
	}
	fault := func(height uint64, place string, reason error) {
		if len(report.Faults) < maxFaults {
			report.Faults = append(report.Faults, verifyFault{Height: height, Place: place, Reason: reason.Error()})
		}
	}
	bar := t.progress(Text{"stored data", "存储数据"})
	inspector, ok := c.Ledger().(ledger.Inspector)
	if !ok {
		return nil, fmt.Errorf("the ledger module cannot inspect itself")
	}
	if err := inspector.Inspect(ctx, func(f ledger.Fault) { fault(f.Height, f.Place, f.Err) }, bar.set); err != nil {
		return nil, err
	}
	bar.done()
	if replay && len(report.Faults) == 0 {
		bar = t.progress(Text{"executing again", "重新执行"})
		if err := c.Replay(ctx, bar.set); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			fault(0, "replay", err)
		}
		bar.done()
	}
	report.OK = len(report.Faults) == 0
	return report, nil
}

func (t *terminal) showReport(r *verifyReport) {
	t.say(Text{"chain %s, height %d\nidentity   %s\nstate root %s", "链 %s，高度 %d\n链标识   %s\n状态根   %s"}, r.Chain, r.Height, r.Identity, r.State)
	for _, f := range r.Faults {
		t.say(Text{"fault at height %d, %s: %s", "高度 %d 处错误，位置 %s：%s"}, f.Height, f.Place, f.Reason)
	}
	if r.OK {
		t.say(Text{"all checks hold", "全部校验通过"})
	}
}

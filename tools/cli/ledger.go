package cli

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func (t *terminal) ledger() *cobra.Command {
	return t.group("ledger", Text{"look after a stopped chain's data directory", "维护已停止的链的数据目录"},
		t.ledgerStats, t.ledgerCompact, t.ledgerPrune, t.ledgerExport, t.ledgerImport)
}

// onStopped opens the chain at a place, has something done with it, and closes it.
func (t *terminal) onStopped(ctx context.Context, place *dataPlace, do func(c *stopped) error) (err error) {
	if !place.named() {
		return placeNeeded("CL-LEDGER-001")
	}
	c, err := t.openStopped(ctx, place)
	if err != nil {
		return ledgerClosed(place, err)
	}
	defer func() {
		if closing := c.close(ctx); closing != nil {
			err = errors.Join(err, ledgerFailed(closing))
		}
	}()
	return do(c)
}

// ledgerClosed is the problem of a directory that cannot be opened.
func ledgerClosed(place *dataPlace, why error) error {
	where := place.where()
	return &Problem{
		Code: "CL-LEDGER-002", Why: why, What: Text{"the data directory cannot be opened: " + where, "无法打开数据目录：" + where},
		Next: Text{"stop the node that uses it, or name the right directory; credible verify checks it", "请停止正在使用该目录的节点，或确认目录；可用 credible verify 校验"},
	}
}

// ledgerFailed is the problem of a step that did not succeed.
func ledgerFailed(why error) error {
	var problem *Problem
	if errors.As(why, &problem) {
		return problem
	}
	return &Problem{
		Code: "CL-LEDGER-003", Why: why, What: Text{"the ledger command did not succeed", "账本命令未成功"},
		Next: Text{"mend what the reason says and run the command again", "请按原因修正后重试"},
	}
}

var errNoMaintainer = errors.New("this ledger module neither tells its size nor compacts: choose another")

// ledgerReport is what credible ledger stats says.
type ledgerReport struct {
	Chain        string     `json:"chain"`
	Identity     chain.Hash `json:"identity"`
	Decided      uint64     `json:"decided"`
	Executed     uint64     `json:"executed"`
	OldestHeader uint64     `json:"oldestHeader"`
	OldestBody   uint64     `json:"oldestBody"`
	OldestState  uint64     `json:"oldestState"`
	Entries      uint64     `json:"entries"`
	Bytes        int64      `json:"bytes"`
	Files        int        `json:"files"`
	Parts        []partSize `json:"parts"`
	Notes        []string   `json:"notes,omitempty"`
}

type partSize struct {
	Name  string `json:"name"`
	Files int    `json:"files,omitempty"`
	Bytes int64  `json:"bytes"`
}

func (t *terminal) ledgerStats() *cobra.Command {
	var place dataPlace
	command := &cobra.Command{
		Use: "stats --data DIR|--home HOME", Args: cobra.NoArgs, Short: t.text(Text{"show heights, sizes and entries", "显示高度、大小与条目数"}),
		RunE: func(command *cobra.Command, _ []string) error {
			return t.onStopped(command.Context(), &place, func(c *stopped) error {
				report, err := reportOf(command.Context(), c)
				if err != nil {
					return ledgerFailed(err)
				}
				return t.result(report, func() { t.showLedger(report) })
			})
		},
	}
	t.dataFlags(command, &place)
	return command
}

func reportOf(ctx context.Context, c *stopped) (*ledgerReport, error) {
	maintainer, can := c.Ledger().(ledger.Maintainer)
	if !can {
		return nil, errNoMaintainer
	}
	usage, err := maintainer.Usage(ctx)
	if err != nil {
		return nil, err
	}
	status := c.Ledger().Status()
	report := &ledgerReport{
		Chain: c.Genesis().Name, Identity: c.Identity(), Decided: status.Decided, Executed: status.Executed, OldestHeader: status.OldestHeader,
		OldestBody: status.OldestBody, OldestState: status.OldestState, Entries: usage.Entries, Notes: c.notes.read(),
	}
	for _, part := range usage.Parts {
		report.Parts = append(report.Parts, partSize(part))
		if part.Files > 0 { // the others are parts of these
			report.Files, report.Bytes = report.Files+part.Files, report.Bytes+part.Bytes
		}
	}
	return report, nil
}

func (t *terminal) showLedger(r *ledgerReport) {
	t.say(Text{
		"chain %s, executed to height %d, decided to %d\noldest header %d, block %d, state %d\n%d entries; %d bytes in %d files",
		"链 %s，已执行至高度 %d，已决定至 %d\n最早的区块头 %d、区块 %d、状态 %d\n%d 个条目；%d 字节，%d 个文件",
	}, r.Chain, r.Executed, r.Decided, r.OldestHeader, r.OldestBody, r.OldestState, r.Entries, r.Bytes, r.Files)
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, part := range r.Parts {
		fmt.Fprintf(table, "  %s\t%d\t\n", part.Name, part.Bytes)
	}
	table.Flush() //nolint:errcheck // the terminal
	for _, note := range r.Notes {
		t.say(Text{"note: %s", "注意：%s"}, note)
	}
}

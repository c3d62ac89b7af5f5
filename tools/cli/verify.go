package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/node"
)

func (t *terminal) verify() *cobra.Command {
	var place dataPlace
	var replay bool
	command := &cobra.Command{
		Use: "verify --data DIR|--home HOME", Args: cobra.NoArgs,
		Short: t.text(Text{"check a chain's data directory offline", "离线校验链的数据目录"}),
		Long: t.text(Text{
			"Checks every checksum, link, root, receipt and decision proof of a stopped chain, and with --replay\nexecutes every block again. Exit code 0 only when all hold.",
			"对已停止的链逐项检查校验和、区块链接、各类根、回执与共识证明；加 --replay 时重新执行所有区块。\n仅当全部通过时退出码为 0。",
		}),
		RunE: func(command *cobra.Command, _ []string) error { return t.runVerify(command.Context(), &place, replay) },
	}
	command.AddCommand(t.verifyProof())
	t.dataFlags(command, &place)
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
	// Notes say what had to be repaired when the directory was opened, as after a
	// crash: a torn tail that was never acknowledged is no fault.
	Notes []string `json:"notes,omitempty"`
}

type verifyFault struct {
	Height uint64 `json:"height"`
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

// maxFaults bounds the faults that are listed.
const maxFaults = 100

func (t *terminal) runVerify(ctx context.Context, place *dataPlace, replay bool) error {
	if !place.named() {
		return placeNeeded("CL-VERIFY-001")
	}
	report, err := t.check(ctx, place, replay)
	if err != nil {
		return &Problem{
			Code: "CL-VERIFY-002", Why: err, What: Text{"the data directory cannot be opened: " + place.where(), "无法打开数据目录：" + place.where()},
			Next: Text{"name the right directory, stop the node that uses it, or restore it from a backup", "请确认目录、停止正在使用该目录的节点，或从备份恢复"},
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
func (t *terminal) check(ctx context.Context, place *dataPlace, replay bool) (report *verifyReport, err error) {
	returned, c := false, &stopped{notes: &noteBook{}}
	failed := func(where, reason string) *verifyReport {
		return &verifyReport{Chain: chainName(place), Notes: c.notes.read(), Faults: []verifyFault{{Place: where, Reason: reason}}}
	}
	defer func() {
		if reason := recover(); reason != nil { // some stores panic on files that were altered
			line, _, _ := strings.Cut(fmt.Sprint(reason), "\n")
			report, err = failed("store", line), nil
		}
	}()
	opened, err := t.openStopped(ctx, place)
	if opened != nil {
		c = opened
	}
	if errors.Is(err, ledger.ErrCorrupt) || errors.Is(err, node.ErrRoot) {
		return failed("open", err.Error()), nil
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if returned { // a store that panicked may never close; the process ends soon
			err = errors.Join(err, c.close(ctx))
		}
	}()
	v := &verification{t: t, chain: c.Chain, report: &verifyReport{
		Chain: c.Genesis().Name, Identity: c.Identity(), Height: c.Head().Header.Height, State: c.Head().Results.StateRoot,
		Replayed: replay, Faults: []verifyFault{}, Notes: c.notes.read(),
	}}
	err = v.run(ctx, replay)
	returned = true
	if err != nil {
		return nil, err
	}
	v.report.OK = len(v.report.Faults) == 0
	return v.report, nil
}

// chainName is the name in the genesis file of a place.
func chainName(place *dataPlace) string {
	_, genesis, err := readGenesis(place.genesis)
	if err != nil {
		return ""
	}
	return genesis.Name
}

// verification is one run over an open chain.
type verification struct {
	t      *terminal
	chain  *node.Chain
	report *verifyReport
}

func (v *verification) fault(height uint64, place string, reason error) {
	if len(v.report.Faults) < maxFaults {
		v.report.Faults = append(v.report.Faults, verifyFault{Height: height, Place: place, Reason: reason.Error()})
	}
}

func (v *verification) run(ctx context.Context, replay bool) error {
	inspector, ok := v.chain.Ledger().(ledger.Inspector)
	if !ok {
		return fmt.Errorf("the ledger module cannot inspect itself")
	}
	bar := v.t.progress(Text{"stored data", "存储数据"})
	if err := inspector.Inspect(ctx, func(f ledger.Fault) { v.fault(f.Height, f.Place, f.Err) }, bar.set); err != nil {
		return err
	}
	bar.done()
	if err := v.decisions(ctx); err != nil {
		return err
	}
	if !replay || len(v.report.Faults) > 0 {
		v.report.Replayed = false
		return nil
	}
	bar = v.t.progress(Text{"executing again", "重新执行"})
	if err := v.chain.Replay(ctx, bar.set); err != nil {
		if ctx.Err() != nil {
			return err
		}
		v.fault(0, "replay", err)
	}
	bar.done()
	return nil
}

// decisions checks the proof of every header with the validators before it.
func (v *verification) decisions(ctx context.Context) error {
	bar := v.t.progress(Text{"decisions", "共识证明"})
	status := v.chain.Ledger().Status()
	first := max(1, status.OldestState+1)
	if status.OldestState > 0 {
		first += v.chain.Genesis().RootDelay // the state that says who decided must be kept
	}
	for height := first; height <= status.Executed; height++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		header, err := v.chain.Ledger().Header(height)
		if err == nil {
			err = v.chain.VerifyDecision(header)
		}
		if err != nil {
			v.fault(height, "decision", err)
		}
		bar.set(float64(height-first+1) / float64(status.Executed-first+1))
	}
	bar.done()
	return nil
}

// noteBook is a log that keeps its lines.
type noteBook struct {
	lock  sync.Mutex
	lines []string
}

// Write implements io.Writer; slog writes one line at a time.
func (n *noteBook) Write(line []byte) (int, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if len(n.lines) < maxFaults {
		n.lines = append(n.lines, strings.TrimSpace(string(line)))
	}
	return len(line), nil
}

func (n *noteBook) read() []string {
	n.lock.Lock()
	defer n.lock.Unlock()
	return slices.Clone(n.lines)
}

// log returns a logger whose lines have neither time nor level.
func (n *noteBook) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(n, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func (t *terminal) showReport(r *verifyReport) {
	t.say(Text{"chain %s, height %d\nidentity   %s\nstate root %s", "链 %s，高度 %d\n链标识   %s\n状态根   %s"}, r.Chain, r.Height, r.Identity, r.State)
	for _, f := range r.Faults {
		t.say(Text{"fault at height %d, %s: %s", "高度 %d 处错误，位置 %s：%s"}, f.Height, f.Place, f.Reason)
	}
	for _, note := range r.Notes {
		t.say(Text{"note: %s", "注意：%s"}, note)
	}
	if r.OK {
		t.say(Text{"all checks hold", "全部校验通过"})
	}
}

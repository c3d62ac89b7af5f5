package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/tools/bench"
)

// writeReport writes JSON or a page, as the name of the file ends.
func (t *terminal) writeReport(path string, report *bench.Report) error {
	file, err := os.Create(path) //nolint:gosec // the file that the user names
	if err != nil {
		return err
	}
	if filepath.Ext(path) == ".json" {
		encoder := json.NewEncoder(file)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	} else {
		err = report.WritePage(file, string(t.language))
	}
	return errors.Join(err, file.Close())
}

// benchProgress shows the parts of a run as bars, and returns what ends the last one.
func (t *terminal) benchProgress(s *bench.Settings) (end func()) {
	labels := map[bench.Part]Text{
		bench.Preparing: {"accounts", "账户"}, bench.Signing: {"signing", "签名"}, bench.Warming: {"warming up", "预热"}, bench.Measuring: {"measuring", "测量"}, bench.Verifying: {"verifying", "核对"},
	}
	var bar *progressBar
	current := bench.Part(-1)
	shares := make(chan struct {
		part  bench.Part
		share float64
	}, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for p := range shares {
			if p.part != current {
				if bar != nil {
					bar.done()
				}
				bar, current = t.progress(labels[p.part]), p.part
			}
			bar.set(p.share)
		}
		if bar != nil {
			bar.done()
		}
	}()
	s.Progress = func(part bench.Part, share float64) {
		select {
		case shares <- struct {
			part  bench.Part
			share float64
		}{part, share}:
		default: // one that is drawn is enough
		}
	}
	return func() { close(shares); <-done }
}

func (t *terminal) showBench(r *bench.Report, page string) {
	k, result := r.Conditions, r.Result
	t.say(Text{"%s on %s, chain %d", "%s：%s，链 %d"}, r.Workload, r.Target.Client, r.Target.Chain)
	t.say(Text{"committed   %.0f/s: %d in %.1f s and %d blocks", "已提交      每秒 %.0f：%d 笔，%.1f 秒，%d 个区块"}, result.PerSecond, result.Included, result.Seconds, result.Blocks)
	if k.Family != "" {
		t.say(Text{"sent as     %s, %d calls in each, signed before the clock starts: %.0f calls/s; %s", "交易        %s，每笔 %d 个调用，计时之前已签名：每秒 %.0f 个调用；%s"},
			bench.Word(string(t.language), k.Family), k.Calls, result.CallsPerSecond, bench.Word(string(t.language), k.Scheme))
	}
	if k.Ceiling > 0 {
		t.say(Text{"ceiling     %.0f/s = c/(N·V): %d cores check %.0f signatures/s, %d nodes check each; share %.1f %%",
			"上限        每秒 %.0f = c/(N·V)：%d 核每秒验证 %.0f 个签名，%d 个节点各验证一次；达到 %.1f %%"}, k.Ceiling, k.Cores, k.CheckRate, k.Checkers, 100*result.Share)
	}
	if l := result.Latency; l != nil {
		t.say(Text{"latency     p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms – %s", "延迟        p50 %.1f 毫秒，p90 %.1f 毫秒，p99 %.1f 毫秒，最大 %.1f 毫秒 – %s"}, l.Median, l.P90, l.P99, l.Most, l.From)
	}
	for _, u := range r.Usage {
		t.say(Text{"cost        %s: %.2f cores, %d MiB, %d MiB written", "开销        %s：%.2f 核，内存 %d MiB，写盘 %d MiB"}, u.Name, u.Cores, u.Memory>>20, u.Written>>20)
	}
	t.say(Text{"conditions  %s, %d cores; %s from %s; %d senders; committed: %s", "条件        %s，%d 核；%s，来自 %s；%d 个发送账户；提交的含义：%s"},
		k.Machine, k.Cores, k.Mode, k.Generator, k.Senders, k.Committed)
	if k.WarmUp > 0 {
		t.say(Text{"            warmed up with %d transactions, which no figure holds", "            先以 %d 笔交易预热，不计入任何数字"}, k.WarmUp)
	}
	if v := r.Verified; v != nil {
		t.say(Text{"verified    %d found, %d missing, %d twice, %d failed; sums: %s", "核对        找到 %d，缺失 %d，重复 %d，失败 %d；总额：%s"}, v.Found, v.Missing, v.Twice, v.Failed, v.Sums)
		if v.Unread > 0 {
			t.say(Text{"            the receipts of %d blocks were not looked at: the target took too long to give others", "            %d 个区块的收据未核对：目标给出其他收据耗时过长"}, v.Unread)
		}
	}
	if page != "" {
		t.say(Text{"report      %s", "报告        %s"}, page)
	}
}

func (t *terminal) benchCompare() *cobra.Command {
	return &cobra.Command{
		Use: "compare A B", Args: cobra.ExactArgs(2), Short: t.text(Text{"put two JSON reports side by side", "并列比较两份 JSON 报告"}),
		RunE: func(_ *cobra.Command, names []string) error {
			var reports [2]*bench.Report
			for i, name := range names {
				report, err := readReport(name)
				if err != nil {
					return argumentProblem(err, Text{"not a report: " + name, "不是报告：" + name})
				}
				reports[i] = report
			}
			c := bench.Compare(reports[0], reports[1])
			return t.result(c, func() { t.showComparison(c) })
		},
	}
}

func readReport(name string) (*bench.Report, error) {
	file, err := os.Open(name) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return bench.ReadReport(file)
}

func (t *terminal) showComparison(c *bench.Comparison) {
	fmt.Fprintf(t.out, "%-12s %14s %14s %8s\n", "", "A", "B", "B / A")
	for _, row := range c.Rows {
		fmt.Fprintf(t.out, "%-12s %14.1f %14.1f %8.2f\n", row.Name, row.A, row.B, row.Ratio)
	}
	if len(c.Differences) > 0 {
		t.say(Text{"\nThe conditions differ, so that a ratio says less:", "\n条件不同，比值的意义因此降低："})
		for _, difference := range c.Differences {
			fmt.Fprintf(t.out, "  %s\n", difference)
		}
	}
}

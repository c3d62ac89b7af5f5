package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
	"github.com/credibleledger/credibleledger/tools/development"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// The verdicts of a check, as words of the report.
const (
	verdictOK   = "ok"
	verdictWarn = "warning"
	verdictFail = "failed"
)

// finding is the outcome of one check.
type finding struct {
	Check   string `json:"check"`
	Verdict string `json:"verdict"`
	Detail  string `json:"detail"`
	Advice  string `json:"advice,omitempty"`
}

// doctorReport is the outcome of credible doctor.
type doctorReport struct {
	OK       bool      `json:"ok"`
	Findings []finding `json:"findings"`
}

func (t *terminal) doctor() *cobra.Command {
	var e examination
	command := &cobra.Command{
		Use: "doctor", Args: cobra.NoArgs, Short: t.text(Text{"look at the usual causes of trouble", "检查常见问题"}),
		Long: t.text(Text{
			"Looks at this binary, the machine, the port, with --data at a node's directory and its disk, and with --rpc at a running\nnode. Exit code 0 when nothing failed; warnings do not count.",
			"检查本程序、主机与端口；加 --data 检查节点目录及其磁盘；加 --rpc 检查运行中的节点。\n没有失败项时退出码为 0，警告不计。",
		}),
	}
	flags := command.Flags()
	flags.StringVar(&e.data, "data", "", t.text(Text{"a chain's data directory, with genesis.json in or above it", "链的数据目录，其中或其上级目录有 genesis.json"}))
	flags.StringVar(&e.rpc, "rpc", "", t.text(Text{"URL of a running node", "运行中节点的地址"}))
	flags.StringVar(&e.listen, "listen", "127.0.0.1:8545", t.text(Text{"address that a node is to listen on", "节点将监听的地址"}))
	command.RunE = func(command *cobra.Command, _ []string) error {
		e.t = t
		e.run(command.Context())
		return t.showFindings(e.findings)
	}
	return command
}

func (t *terminal) showFindings(findings []finding) error {
	report := doctorReport{Findings: findings}
	failures := 0
	for _, f := range findings {
		if f.Verdict == verdictFail {
			failures++
		}
	}
	report.OK = failures == 0
	words := map[string]Text{verdictOK: {"ok", "正常"}, verdictWarn: {"warning", "警告"}, verdictFail: {"FAILED", "失败"}}
	err := t.result(report, func() {
		for _, f := range findings {
			fmt.Fprintf(t.out, "%-8s %-12s %s\n", t.text(words[f.Verdict]), f.Check, f.Detail)
			if f.Advice != "" {
				fmt.Fprintf(t.out, "%-8s %-12s → %s\n", "", "", f.Advice)
			}
		}
	})
	if err != nil || report.OK {
		return err
	}
	return &Problem{
		Code: "CL-DOCTOR-001", What: Text{fmt.Sprintf("%d checks failed", failures), fmt.Sprintf("%d 项检查失败", failures)},
		Next: Text{"each failed check says what to do", "失败的检查项均给出处理建议"},
	}
}

// examination is one run of the checks.
type examination struct {
	t                 *terminal
	data, rpc, listen string
	findings          []finding
	identity          *chain.Hash // of the genesis in data
}

func (e *examination) note(check, verdict string, detail, advice Text) {
	e.findings = append(e.findings, finding{Check: check, Verdict: verdict, Detail: e.t.text(detail), Advice: e.t.text(advice)})
}

func (e *examination) run(ctx context.Context) {
	e.versions()
	e.clock()
	e.files()
	e.port(ctx)
	if e.data != "" {
		e.disk()
		e.genesis()
	}
	if e.rpc != "" {
		e.node(ctx)
	}
}

func same(text string) Text { return Text{text, text} }

func (e *examination) versions() {
	e.note("version", verdictOK, same(fmt.Sprintf("credible %s, %s, %s/%s, %d CPU", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())), Text{})
	if library := secp256k1.New().Library(); library == "libsecp256k1" {
		e.note("secp256k1", verdictOK, same(library), Text{})
	} else {
		e.note("secp256k1", verdictWarn, Text{"pure " + library + ", built without cgo", "纯 " + library + " 实现（未启用 cgo）"},
			Text{"signature checks are slower; use a binary that is built with CGO_ENABLED=1", "验签较慢；请使用 CGO_ENABLED=1 构建的程序"})
	}
}

// earliest is a time that no right clock shows any more.
var earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (e *examination) clock() {
	now := time.Now().UTC()
	detail := same(now.Format(time.RFC3339))
	if now.Before(earliest) || now.Year() > 2100 {
		e.note("clock", verdictFail, detail, Text{"set the clock, and keep it right with NTP", "请校准时钟，并用 NTP 保持同步"})
		return
	}
	e.note("clock", verdictOK, detail, Text{})
}

// enoughFiles is how many open files a node may need with all connections in use.
const enoughFiles = 4096

func (e *examination) files() {
	limit, ok := openFileLimit()
	switch {
	case !ok:
		e.note("open files", verdictOK, Text{"no limit is known on this system", "该系统无已知限制"}, Text{})
	case limit < enoughFiles:
		e.note("open files", verdictWarn, same(strconv.FormatUint(limit, 10)), Text{
			fmt.Sprintf("raise the limit to %d or more (ulimit -n, LimitNOFILE)", enoughFiles), fmt.Sprintf("请将上限提高到 %d 以上（ulimit -n、LimitNOFILE）", enoughFiles),
		})
	default:
		e.note("open files", verdictOK, same(strconv.FormatUint(limit, 10)), Text{})
	}
}

func (e *examination) port(ctx context.Context) {
	listener, err := development.Listen(e.listen)
	if err == nil {
		listener.Close() //nolint:errcheck // nothing was accepted
		e.note("port", verdictOK, Text{e.listen + " is free", e.listen + " 空闲"}, Text{})
		return
	}
	var version string
	var busy *net.OpError
	if errors.As(err, &busy) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if rpcclient.New("http://"+e.listen).Call(ctx, &version, "web3_clientVersion") == nil {
			e.note("port", verdictOK, Text{e.listen + " is served by " + bounded(version), e.listen + " 由 " + bounded(version) + " 提供服务"}, Text{})
			return
		}
	}
	e.note("port", verdictFail, same(err.Error()), Text{"choose another address, or end the program that uses this one", "请换用其他地址，或结束占用该地址的程序"})
}

// bounded cuts a text of a node to one short line.
func bounded(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return strconv.Quote(text[:min(len(text), 100)])
}

// Thresholds of a disk.
const (
	scarceSpace = 1 << 30
	littleSpace = 10 << 30
	slowSync    = 20 * time.Millisecond
)

func (e *examination) disk() {
	if free, ok := freeSpace(e.data); ok {
		detail := Text{fmt.Sprintf("%.1f GiB free", float64(free)/(1<<30)), fmt.Sprintf("剩余 %.1f GiB", float64(free)/(1<<30))}
		advice := Text{"make room, or move the data directory to a larger disk", "请清理空间，或将数据目录迁移到更大的磁盘"}
		switch {
		case free < scarceSpace:
			e.note("disk space", verdictFail, detail, advice)
		case free < littleSpace:
			e.note("disk space", verdictWarn, detail, advice)
		default:
			e.note("disk space", verdictOK, detail, Text{})
		}
	}
	latency, err := syncLatency(e.data)
	if err != nil {
		e.note("disk sync", verdictFail, same(err.Error()), Text{"the node must be able to write in its directory", "节点必须能写入其目录"})
		return
	}
	detail := Text{fmt.Sprintf("fsync takes %s (median)", latency.Round(time.Microsecond)), fmt.Sprintf("fsync 中位耗时 %s", latency.Round(time.Microsecond))}
	if latency > slowSync {
		e.note("disk sync", verdictWarn, detail, Text{"every block waits for one fsync; use a faster disk", "每个区块都要等待一次 fsync，请使用更快的磁盘"})
		return
	}
	e.note("disk sync", verdictOK, detail, Text{})
}

// syncLatency measures fsync of 4 KiB in a directory: the median of 15.
func syncLatency(directory string) (median time.Duration, err error) {
	file, err := os.CreateTemp(directory, ".doctor-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	var times []time.Duration
	for range 15 {
		start := time.Now()
		if _, err := file.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

func (e *examination) genesis() {
	path := genesisBeside(e.data)
	_, genesis, err := readGenesis(path)
	if err == nil {
		err = e.t.checkGenesis(genesis)
	}
	var summary *genesisSummary
	if err == nil {
		summary, err = e.t.summarize(genesis)
	}
	if err != nil {
		e.note("genesis", verdictFail, same(err.Error()), Text{"credible genesis verify " + path + " explains the file", "可用 credible genesis verify " + path + " 查看详情"})
		return
	}
	e.identity = &summary.Identity
	e.note("genesis", verdictOK, Text{"chain " + summary.Name + " " + summary.Identity.String(), "链 " + summary.Name + " " + summary.Identity.String()}, Text{})
}

// nodeShape is what is looked at of a running node.
type nodeShape struct {
	Identity chain.Hash `json:"identity"`
	Name     string     `json:"name"`
	Height   string     `json:"height"`
	Waiting  string     `json:"waiting"`
}

func (e *examination) node(ctx context.Context) {
	client := rpcclient.New(e.rpc)
	var version string
	if err := client.Call(ctx, &version, "web3_clientVersion"); err != nil {
		e.note("node", verdictFail, same(err.Error()), Text{"start the node, or mend the URL", "请启动节点，或修正地址"})
		return
	}
	if version == "CredibleLedger/"+Version {
		e.note("node", verdictOK, same(bounded(version)), Text{})
	} else {
		e.note("node", verdictWarn, same(bounded(version)), Text{"the node is not of this binary's version " + Version, "节点与本程序版本 " + Version + " 不同"})
	}
	var shape nodeShape
	if err := client.Call(ctx, &shape, "cl_chain"); err != nil {
		e.note("chain", verdictFail, same(err.Error()), Text{"the URL is not that of a CredibleLedger node", "该地址不是 CredibleLedger 节点"})
		return
	}
	detail := Text{"at height " + decimal(shape.Height) + ", " + shape.Identity.String(), "高度 " + decimal(shape.Height) + "，" + shape.Identity.String()}
	switch {
	case e.identity != nil && *e.identity != shape.Identity:
		e.note("chain", verdictFail, detail, Text{"the node runs another chain than the genesis in --data", "节点运行的链与 --data 中的创世文件不一致"})
	case shape.Waiting != "":
		e.note("chain", verdictWarn, detail, Text{"the engine waits: " + bounded(shape.Waiting), "共识引擎正在等待：" + bounded(shape.Waiting)})
	default:
		e.note("chain", verdictOK, detail, Text{})
	}
	e.blockTime(ctx, client)
}

// maxSkew is how far the newest block may be ahead of this machine's clock.
const maxSkew = 15 * time.Second

func (e *examination) blockTime(ctx context.Context, client *rpcclient.Client) {
	var block blockShape
	if err := client.Call(ctx, &block, "eth_getBlockByNumber", "latest", false); err != nil {
		e.note("block time", verdictFail, same(err.Error()), Text{"look at the node's log", "请查看节点日志"})
		return
	}
	seconds, err := parseQuantity(block.Timestamp)
	at := time.Unix(int64(min(seconds, 1<<40)), 0).UTC()
	switch detail := same(at.Format(time.RFC3339)); {
	case err != nil:
		e.note("block time", verdictFail, same(bounded(block.Timestamp)), Text{"look at the node's log", "请查看节点日志"})
	case time.Until(at) <= maxSkew:
		e.note("block time", verdictOK, detail, Text{})
	case client.Call(ctx, new(json.RawMessage), "hardhat_metadata") == nil:
		e.note("block time", verdictWarn, detail, Text{
			"the newest block is in this machine's future: this development chain's time was moved, or one of the two clocks is wrong",
			"最新区块时间晚于本机时钟：该开发链的时间被调整过，或两台主机之一的时钟有误",
		})
	default:
		e.note("block time", verdictFail, detail, Text{"the newest block is in this machine's future: one of the two clocks is wrong", "最新区块时间晚于本机时钟：两台主机之一的时钟有误"})
	}
}

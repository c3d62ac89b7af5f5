package cli

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/internal/hugepages"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/bench"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// benchFlags are the flags of every workload.
type benchFlags struct {
	urls     []string
	rate     string
	page     string
	keyFile  string
	settings bench.Settings
	pays     *sending
}

func (t *terminal) bench() *cobra.Command {
	group := t.group("bench", Text{"measure what a chain can bear, over JSON-RPC", "通过 JSON-RPC 测量链的承载能力"}, t.benchCompare)
	about := map[string]Text{
		"transfer": {"transfers of the native currency", "原生币转账"},
		"erc20":    {"transfers of an ERC-20 token", "ERC-20 代币转账"},
		"evidence": {"records of 1 KiB of evidence", "1 KiB 存证"},
		"mixed":    {"six transfers, three tokens and one record of evidence in ten", "每十笔：六笔转账、三笔代币、一笔存证"},
		"read":     {"questions that explorers and wallets ask", "浏览器与钱包常用的查询"},
	}
	for _, name := range bench.Workloads() {
		group.AddCommand(t.benchWorkload(name, about[name]))
	}
	return group
}

func (t *terminal) benchWorkload(name string, about Text) *cobra.Command {
	command := &cobra.Command{
		Use: name, Args: cobra.NoArgs, Short: t.text(about),
		Long: t.text(Text{
			"Measures any Ethereum JSON-RPC endpoint, so that others can be measured by the same load. It makes accounts of its own, pays them\n" +
				"from an unlocked account of the node, a key of the keystore or --key-file, and leaves them there: use it on test networks.\n" +
				"At a rate every transaction has its own moment, from which its latency counts; at full speed (--rate max) batches follow each other.",
			"可测量任何以太坊 JSON-RPC 端点，因此可用同样的负载测量其他系统。它自建账户，由节点的已解锁账户、密钥库中的密钥或 --key-file 支付，\n" +
				"并将其留在链上：请用于测试网络。按速率发送时，每笔交易都有应发时刻，延迟由此计算；全速（--rate max）时，各批次依次发送。",
		}),
		Example: "  credible bench " + name + " --rpc http://127.0.0.1:8545 --rate max --duration 10s --report report.html",
	}
	f := t.benchFlags(command)
	if f.settings.Workload = name; name != "read" {
		t.familyFlags(command, &f.settings)
	}
	command.RunE = func(command *cobra.Command, _ []string) error {
		if err := nativeOnly(command, &f.settings); err != nil {
			return argumentProblem(err, Text{"this cannot be measured", "无法按此测量"})
		}
		return t.runBench(command.Context(), f)
	}
	return command
}

func (t *terminal) benchFlags(command *cobra.Command) *benchFlags {
	f := &benchFlags{}
	flags := command.Flags()
	flags.StringSliceVar(&f.urls, "rpc", nil, t.text(Text{
		"URLs of nodes of one chain (default: $CREDIBLE_RPC or " + defaultRPC + ")", "同一条链的节点地址（默认：$CREDIBLE_RPC 或 " + defaultRPC + "）",
	}))
	flags.StringVar(&f.rate, "rate", "max", t.text(Text{"transactions a second, or max", "每秒交易数，或 max"}))
	flags.DurationVar(&f.settings.Duration, "duration", 30*time.Second, t.text(Text{"how long to measure", "测量时长"}))
	flags.IntVar(&f.settings.Senders, "senders", 0, t.text(Text{"accounts that send (default: 400, and two a second of the rate)", "发送账户数（默认 400；按速率时为速率的两倍）"}))
	flags.IntVar(&f.settings.Batch, "batch", 0, t.text(Text{"transactions in one request (default: 100 at full speed, 1 at a rate)", "每个请求的交易数（默认：全速时 100，按速率时 1）"}))
	flags.IntVar(&f.settings.Underway, "underway", 0, t.text(Text{
		"transactions under way at most at full speed (default: 4000; a chain with slow blocks needs more)", "全速时在途交易上限（默认 4000；出块慢的链需要更多）",
	}))
	flags.StringVar(&f.settings.Note, "note", "", t.text(Text{"words for the report, such as how the nodes sync their disks", "写入报告的说明，例如节点的落盘方式"}))
	flags.IntVar(&f.settings.Checkers, "checked-by", 0, t.text(Text{"nodes that check each signature, f+1 where batches are certified (default: all)", "验证每个签名的节点数，批次经认证时为 f+1（默认为全部）"}))
	flags.StringVar(&f.page, "report", "", t.text(Text{"write the report as HTML, or as JSON when the name ends so", "将报告写为 HTML；文件名以 .json 结尾时写为 JSON"}))
	flags.StringVar(&f.keyFile, "key-file", "", t.text(Text{"file with the key in hexadecimal that pays, such as an account of a local network", "含支付密钥（十六进制）的文件，例如本机网络的账户"}))
	f.pays = &sending{t: t, keystore: t.keystoreFlags(command, true), nonce: -1, patience: time.Minute}
	flags.StringVar(&f.pays.from, "from", "", t.text(Text{
		"who pays: an account of the keystore, or an unlocked one of a development node", "支付方：密钥库账户，或开发节点的已解锁账户",
	}))
	return f
}

// familyFlags are the flags of workloads that send transactions.
func (t *terminal) familyFlags(command *cobra.Command, s *bench.Settings) {
	flags := command.Flags()
	flags.DurationVar(&s.WarmUp, "warm-up", 0, t.text(Text{
		"about how long to load the target at full speed before the clock starts, with no more than the rate makes of that time", "计时之前全速加载目标的大致时长，笔数不超过该时长内所给速率之和",
	}))
	flags.StringVar(&s.Family, "family", bench.FamilyEthereum, t.text(Text{
		"of the transactions: ethereum, or native, which only CredibleLedger's chains take", "交易类别：ethereum，或仅 CredibleLedger 链接受的 native",
	}))
	flags.StringVar(&s.Scheme, "scheme", "", t.text(Text{
		"signatures of native transactions: secp256k1, p256, ed25519 or sm2 (default: the suite's own, ed25519 or sm2)",
		"原生交易的签名算法：secp256k1、p256、ed25519 或 sm2（默认为套件自身的 ed25519 或 sm2）",
	}))
	flags.IntVar(&s.Calls, "calls", 1, t.text(Text{"calls in one native transaction", "一笔原生交易中的调用数"}))
	flags.IntVar(&s.Accounts, "accounts", 256, t.text(Text{"accounts that are paid, each as likely as the others", "收款账户数，每次均匀抽取"}))
	flags.StringVar(&s.Seed, "seed", "", t.text(Text{"which accounts are paid follows from this text: a later run pays the same (default: new accounts)", "由此文本决定收款账户：以后的测量支付给同一批账户（默认：新账户）"}))
	flags.BoolVar(&s.InTurn, "in-turn", false, t.text(Text{"pay each account once, one after the other, however long it takes: to make very many of them", "依次支付每个账户一次，不限时长：用于创建大量账户"}))
}

// nativeOnly refuses flags of native transactions that are given for others, also where
// their value would change nothing: who gives them means native ones.
func nativeOnly(command *cobra.Command, s *bench.Settings) error {
	for _, name := range []string{"scheme", "calls"} {
		if command.Flags().Changed(name) && s.Family != bench.FamilyNative {
			return fmt.Errorf("--%s is for native transactions, and the family is %s: choose the family %s", name, s.Family, bench.FamilyNative)
		}
	}
	return nil
}

func (t *terminal) runBench(ctx context.Context, f *benchFlags) error {
	if err := f.complete(); err != nil {
		return argumentProblem(err, Text{"this cannot be measured", "无法按此测量"})
	}
	if f.settings.Workload != "read" {
		if err := f.choosePayer(ctx); err != nil {
			return err
		}
	}
	hugepages.Advise() // what the generator takes of a shared machine, the target lacks
	bar := t.benchProgress(&f.settings)
	report, err := bench.Run(ctx, f.settings)
	bar()
	if err != nil && report == nil {
		return benchProblem(err)
	}
	if f.page != "" {
		if err := t.writeReport(f.page, report); err != nil {
			return benchProblem(err)
		}
	}
	if shown := t.result(report, func() { t.showBench(report, f.page) }); shown != nil {
		return shown
	}
	if err != nil {
		return benchProblem(err)
	}
	return nil
}

// complete fills in what the flags leave open and checks the rest.
func (f *benchFlags) complete() error {
	s := &f.settings
	if len(f.urls) == 0 {
		f.urls = []string{defaultRPC}
		if given := os.Getenv("CREDIBLE_RPC"); given != "" {
			f.urls = []string{given}
		}
	}
	s.URLs = f.urls
	if f.rate != "max" {
		rate, err := strconv.Atoi(f.rate)
		if err != nil || rate < 1 {
			return fmt.Errorf("--rate %s: choose a number of transactions a second, or max", f.rate)
		}
		s.Rate = rate
	}
	if s.Senders == 0 {
		s.Senders = max(400, min(2*s.Rate, 10_000))
	}
	return s.Check()
}

// choosePayer decides who funds the run.
func (f *benchFlags) choosePayer(ctx context.Context) (err error) {
	s := &f.settings
	if f.keyFile != "" {
		text, err := readSecretFile(f.keyFile)
		if err != nil {
			return argumentProblem(err, Text{"not a key file", "不是密钥文件"})
		}
		secret, err := parseHex(string(text))
		if err != nil {
			return argumentProblem(fmt.Errorf("%s is not a key in hexadecimal", f.keyFile), Text{"not a key file", "不是密钥文件"})
		}
		payer, err := bench.NewPayer(ctx, s.URLs[0], secret)
		if err != nil {
			return benchProblem(err)
		}
		s.Fund = payer.Pay
		s.Funds, err = payer.Funds(ctx)
		return benchProblem(err)
	}
	client := rpcclient.New(s.URLs[0])
	f.pays.client = func() *rpcclient.Client { return client }
	from, _, err := f.pays.sender(ctx, client)
	if err != nil {
		return err
	}
	f.pays.from = from.String()
	var balance string
	if err := client.Call(ctx, &balance, "eth_getBalance", from, "latest"); err != nil {
		return remoteProblem(err)
	}
	s.Funds, _ = new(big.Int).SetString(strings.TrimPrefix(balance, "0x"), 16)
	if s.Funds == nil {
		return remoteProblem(fmt.Errorf("%q is not a balance", balance))
	}
	s.Fund = func(ctx context.Context, to chain.Address, wei *big.Int) error {
		f.pays.value = wei.String()
		_, err := f.pays.send(ctx, order{to: &to})
		return err
	}
	return nil
}

func benchProblem(why error) error {
	var problem *Problem
	if why == nil || errors.As(why, &problem) {
		return why
	}
	if errors.Is(why, bench.ErrVerify) {
		return &Problem{
			Code: "CL-BENCH-002", Why: why, What: Text{"the chain does not hold what was sent", "链上内容与发送的不符"},
			Next: Text{"the figures say nothing: look at the nodes' logs", "此次数据无意义：请查看节点日志"},
		}
	}
	return &Problem{
		Code: "CL-BENCH-001", Why: why, What: Text{"nothing was measured", "未能完成测量"},
		Next: Text{"mend what the reason says; a smaller --rate or fewer --senders ask less of the target", "按原因修正；较小的 --rate 或 --senders 对目标要求更低"},
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/tools/network"
)

func (t *terminal) network() *cobra.Command {
	return t.group("network", Text{"make and run the nodes of a network on this machine", "在本机创建并运行多节点网络"},
		t.networkCreate, t.networkStart, t.networkStatus, t.networkStop, t.networkKill, t.networkPartition,
		t.networkAddNode, t.networkRemoveNode, t.networkRotate, t.networkRecover,
		t.networkRecord, t.networkAssemble, t.networkShow, t.networkApprove, t.networkJoin, t.networkMember, t.networkRecovery)
}

func networkProblem(why error) error {
	next := Text{"mend what the reason says; credible network status DIR shows every node", "请按原因修正；credible network status 目录 可查看每个节点"}
	if errors.Is(why, network.ErrNoNetwork) {
		next = Text{"name the directory of a network, or make one there: credible network create DIR", "请指定网络所在目录，或在该目录创建网络：credible network create 目录"}
	}
	return networkProblemWith(why, next)
}

// homeProblem is networkProblem for who only has the home of one node, or files that
// organisations send to each other: no directory holds the whole network.
func homeProblem(why error) error {
	next := Text{
		"mend what the reason says; credible network show DRAFT.json shows a draft, --rpc URL names a running node",
		"请按原因修正；credible network show 草案.json 可查看草案，--rpc 地址 指定运行中的节点",
	}
	if errors.Is(why, network.ErrNotRenewed) {
		next = Text{"wait for a few blocks after the administrator's transaction, then repeat the command", "在管理员的交易之后等待几个区块，然后重试"}
	}
	return networkProblemWith(why, next)
}

func networkProblemWith(why error, next Text) error {
	var problem *Problem
	if errors.As(why, &problem) {
		return problem
	}
	return &Problem{Code: "CL-NETWORK-001", Why: why, What: Text{"the command on the network did not succeed", "网络命令未成功"}, Next: next}
}

func (t *terminal) networkCreate() *cobra.Command {
	settings := network.Settings{}
	command := &cobra.Command{
		Use: "create DIR", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"make keys, genesis and configuration of every node", "为每个节点生成密钥、创世文件与配置"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			settings.Allocate = chain.Allocation{}
			m, err := network.Create(t.Registry, arguments[0], settings)
			if err != nil {
				return networkProblem(err)
			}
			return t.result(m, func() { t.showCreated(arguments[0], m) })
		},
	}
	flags := command.Flags()
	flags.IntVar(&settings.Nodes, "nodes", 4, t.text(Text{"how many nodes", "节点数量"}))
	flags.StringVar(&settings.Consensus, "consensus", "smartbft", t.text(Text{"consensus engine: smartbft, raft or simplex (experimental)", "共识引擎：smartbft、raft 或 simplex（实验性）"}))
	flags.StringVar(&settings.Crypto, "crypto", "standard", t.text(Text{"crypto suite: standard or gm", "密码套件：standard 或 gm（国密）"}))
	flags.StringVar(&settings.Ordering, "ordering", string(node.DefaultOrdering), t.text(Text{"how validators propose: inline (header and body) or digest (the header alone)", "验证者的提案方式：inline（区块头与区块体）或 digest（仅区块头）"}))
	flags.StringVar(&settings.Checks, "checks", string(node.ChecksEvery), t.text(Text{"whose checks of signatures validators rely on: every (their own) or certified (statements of f+1 validators)", "验证者依据谁的签名检查：every（自己逐一检查）或 certified（f+1 个验证者的声明）"}))
	t.commitmentFlag(command, &settings.Commitment)
	flags.Uint64Var(&settings.Snapshots, "snapshots", 0, t.text(Text{"blocks between two snapshots that every node takes for nodes that join; 0 takes none", "各节点为新加入者生成快照的区块间隔；0 表示不生成"}))
	flags.StringVar(&settings.Name, "name", "network", t.text(Text{"name of the chain", "链名"}))
	flags.Uint64Var(&settings.ChainID, "chain-id", 1337, t.text(Text{"numeric chain id for Ethereum clients", "供以太坊客户端使用的数字链 ID"}))
	flags.Uint64Var(&settings.GasLimit, "gas-limit", 100_000_000, t.text(Text{"gas of one block", "每块 gas 上限"}))
	flags.IntVar(&settings.Accounts, "accounts", 10, t.text(Text{"funded accounts, whose keys are kept in DIR/accounts", "预置资金的账户数，密钥保存在 目录/accounts"}))
	return command
}

func (t *terminal) showCreated(directory string, m *network.Manifest) {
	t.say(Text{"network %q: %d nodes, consensus %s, crypto %s", "网络 %q：%d 个节点，共识 %s，密码套件 %s"}, m.Name, len(m.Nodes), m.Consensus, m.Crypto)
	for _, node := range m.Nodes {
		t.say(Text{"  %s  rpc http://%s  mesh %s", "  %s  rpc http://%s  节点通信 %s"}, node.Name, node.RPC, node.Mesh)
	}
	t.say(Text{"\nstart it with: credible network start %s", "\n启动命令：credible network start %s"}, directory)
}

// readyTime bounds the wait until a started network is ready.
const readyTime = 60 * time.Second

func (t *terminal) networkStart() *cobra.Command {
	var foreground bool
	command := &cobra.Command{
		Use: "start DIR [NODE…]", Args: cobra.MinimumNArgs(1),
		Short: t.text(Text{"start all nodes, or the named ones, in the background and wait until they are ready", "在后台启动全部或指定节点并等待就绪"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			return t.startNetwork(command.Context(), arguments[0], arguments[1:], foreground)
		},
	}
	command.Flags().BoolVar(&foreground, "foreground", false, t.text(Text{"stay until interrupted, then stop all nodes", "前台运行，中断时停止全部节点"}))
	return command
}

func (t *terminal) startNetwork(ctx context.Context, directory string, names []string, foreground bool) error {
	p, err := network.Open(directory)
	if err != nil {
		return networkProblem(err)
	}
	nodes, err := p.Manifest.Select(names)
	if err != nil {
		return networkProblem(err)
	}
	for _, node := range nodes {
		if err := p.Start(node); err != nil {
			return networkProblem(fmt.Errorf("%s: %w", node.Name, err))
		}
	}
	bar := t.progress(Text{"nodes ready", "节点就绪"})
	waiting, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	status, err := p.AwaitReady(waiting, nodes, func(ready, all int) { bar.set(float64(ready) / float64(all)) })
	bar.done()
	if err != nil {
		if t.output == "text" {
			t.showStatus(status)
		}
		return networkProblem(fmt.Errorf("not all nodes are ready: %w", err))
	}
	if err := t.result(status, func() { t.showStatus(status) }); err != nil || !foreground {
		return err
	}
	stopped, release := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer release()
	<-stopped.Done()
	return t.stopNetwork(context.WithoutCancel(ctx), p)
}

func (t *terminal) showStatus(s *network.Status) {
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, t.text(Text{"NODE\tROLE\tHEIGHT\tSTATE\tRPC\tWHY", "节点\t角色\t高度\t状态\tRPC\t原因"}))
	for _, n := range s.Nodes {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\n", n.Name, n.Role, n.Height, n.State, n.RPC, n.Why)
	}
	if err := table.Flush(); err != nil {
		return // the terminal is gone
	}
}

func (t *terminal) networkStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status DIR", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"show every node, and why blocks stop when they do", "显示每个节点的状态，以及停止出块的原因"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			p, err := network.Open(arguments[0])
			if err != nil {
				return networkProblem(err)
			}
			status := p.Status(command.Context())
			return t.result(status, func() { t.showStatus(status) })
		},
	}
}

func (t *terminal) networkStop() *cobra.Command {
	return &cobra.Command{
		Use: "stop DIR [NODE…]", Args: cobra.MinimumNArgs(1),
		Short: t.text(Text{"stop all nodes, or the named ones", "停止全部或指定节点"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			p, err := network.Open(arguments[0])
			if err != nil {
				return networkProblem(err)
			}
			return t.stopNetwork(command.Context(), p, arguments[1:]...)
		},
	}
}

func (t *terminal) stopNetwork(ctx context.Context, p *network.Processes, names ...string) error {
	nodes, err := p.Manifest.Select(names)
	if err != nil {
		return networkProblem(err)
	}
	faults := make(chan error, len(nodes))
	for _, node := range nodes {
		go func() { faults <- p.Stop(ctx, node) }()
	}
	for range nodes {
		err = errors.Join(err, <-faults)
	}
	if err != nil {
		return networkProblem(err)
	}
	status := p.Status(ctx)
	return t.result(status, func() { t.say(Text{"%d nodes stopped", "已停止 %d 个节点"}, len(nodes)) })
}

func (t *terminal) networkKill() *cobra.Command {
	return &cobra.Command{
		Use: "kill DIR NODE…", Args: cobra.MinimumNArgs(2),
		Short: t.text(Text{"end nodes with SIGKILL, as a crash would", "用 SIGKILL 强行结束节点（模拟崩溃）"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			p, err := network.Open(arguments[0])
			if err != nil {
				return networkProblem(err)
			}
			nodes, err := p.Manifest.Select(arguments[1:])
			for _, node := range nodes {
				err = errors.Join(err, p.Kill(node))
			}
			if err != nil {
				return networkProblem(err)
			}
			status := p.Status(command.Context())
			return t.result(status, func() { t.showStatus(status) })
		},
	}
}

func (t *terminal) networkPartition() *cobra.Command {
	return &cobra.Command{
		Use: "partition DIR [NODE,NODE… …]", Args: cobra.MinimumNArgs(1),
		Short:   t.text(Text{"cut the network into groups, or heal it when none is named", "将网络切分为互不通信的分组；不指定分组则恢复"}),
		Example: "  credible network partition demo node0,node1 node2,node3\n  credible network partition demo",
		RunE: func(command *cobra.Command, arguments []string) error {
			p, err := network.Open(arguments[0])
			if err == nil {
				err = p.Partition(network.Groups(arguments[1:]))
			}
			if err != nil {
				return networkProblem(err)
			}
			status := p.Status(command.Context())
			return t.result(status, func() { t.showStatus(status) })
		},
	}
}

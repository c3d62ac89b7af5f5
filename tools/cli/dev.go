package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/internal/hugepages"
	"github.com/credibleledger/credibleledger/internal/pacing"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
	"github.com/credibleledger/credibleledger/tools/wallet"
)

// devFlags are the flags of credible dev.
type devFlags struct {
	crypto     string
	commitment string
	rpc        string
	data       string
	blockTime  time.Duration
	accounts   int
	verbose    bool
}

func (t *terminal) dev() *cobra.Command {
	var f devFlags
	command := &cobra.Command{
		Use: "dev", Args: cobra.NoArgs,
		Short: t.text(Text{"start a development chain", "启动开发链"}),
		Long: t.text(Text{
			"Starts a chain with funded, well-known accounts and JSON-RPC over HTTP and WebSocket on one port.\nEverything is in memory unless --data names a directory.",
			"启动一条开发链：内置众所周知的已注资账户，并在同一端口提供 HTTP 与 WebSocket 的 JSON-RPC。\n除非用 --data 指定目录，否则全部数据保存在内存中。",
		}),
		RunE: func(command *cobra.Command, _ []string) error { return t.runDev(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.crypto, "crypto", "standard", t.text(Text{"crypto suite: standard or gm", "密码套件：standard 或 gm（国密）"}))
	t.commitmentFlag(command, &f.commitment)
	flags.StringVar(&f.rpc, "rpc", "127.0.0.1:8545", t.text(Text{"address of JSON-RPC", "JSON-RPC 监听地址"}))
	flags.StringVar(&f.data, "data", "", t.text(Text{"directory that keeps the chain (default: memory only)", "数据目录（默认仅保存在内存）"}))
	flags.DurationVar(&f.blockTime, "block-time", 0, t.text(Text{"time between blocks; 0 makes a block on demand", "出块间隔；0 表示按需出块"}))
	flags.IntVar(&f.accounts, "accounts", 10, t.text(Text{"number of funded accounts", "注资账户数量"}))
	flags.BoolVar(&f.verbose, "verbose", false, t.text(Text{"log what the node does", "输出节点日志"}))
	return command
}

func (t *terminal) runDev(ctx context.Context, f devFlags) error {
	log := slog.New(slog.DiscardHandler)
	if f.verbose {
		log = slog.New(slog.NewTextHandler(t.err, nil))
	}
	if f.blockTime < 0 || f.blockTime != 0 && f.blockTime < time.Millisecond {
		return &Problem{
			Code: "CL-DEV-001", Usage: true, What: Text{"--block-time is out of range", "--block-time 超出范围"},
			Next: Text{"use 0 for blocks on demand, or 1ms and more", "使用 0 表示按需出块，或不小于 1ms 的间隔"},
		}
	}
	if _, err := t.Registry.CryptoSuite(f.crypto); err != nil {
		return &Problem{
			Code: "CL-DEV-005", Usage: true, Why: err, What: Text{"unknown crypto suite " + f.crypto, "未知的密码套件 " + f.crypto},
			Next: Text{"use --crypto standard or --crypto gm", "请使用 --crypto standard 或 --crypto gm"},
		}
	}
	if _, err := t.Registry.Commitment(f.commitment); err != nil {
		return &Problem{
			Code: "CL-DEV-006", Usage: true, Why: err, What: Text{"unknown state commitment " + f.commitment, "未知的状态承诺 " + f.commitment},
			Next: Text{"use one that the reason lists", "请使用原因中列出的名称"},
		}
	}
	listener, err := development.Listen(f.rpc)
	if err != nil {
		return &Problem{
			Code: "CL-DEV-002", Why: err, What: Text{"cannot listen on " + f.rpc, "无法监听 " + f.rpc},
			Next: Text{"choose another port with --rpc 127.0.0.1:PORT, or end the program that uses this one", "用 --rpc 127.0.0.1:端口 换一个端口，或结束占用该端口的程序"},
		}
	}
	hugepages.Advise()
	defer pacing.Start()()
	running, err := development.Open(ctx, development.Options{
		Registry: t.Registry, Rules: t.Rules, Crypto: f.crypto, Commitment: f.commitment, Directory: f.data,
		Accounts: f.accounts, BlockTime: f.blockTime, Version: "CredibleLedger/" + Version, Log: log,
	})
	if err != nil {
		return errors.Join(&Problem{
			Code: "CL-DEV-003", Why: err, What: Text{"the development chain did not start", "开发链未能启动"},
			Next: Text{"mend what the reason says; credible doctor looks at the usual causes", "请按原因修正；credible doctor 可检查常见原因"},
		}, listener.Close())
	}
	server := api.New(api.Options{Log: log, RPC: jsonrpc.Options{AllowedHosts: hostNames(f.rpc), Logger: log}})
	if err := running.Mount(server); err != nil {
		return errors.Join(err, listener.Close(), running.Close(ctx))
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if err := t.banner(running, f, "http://"+reachable(listener.Addr())); err != nil {
		return errors.Join(err, server.Close(), running.Close(ctx))
	}
	return untilStopped(ctx, running.Chain, server, served, func(why error) error {
		return devStopped(why, f.data)
	})
}

// devStopped says what can be done when the chain has stopped by itself.
func devStopped(why error, data string) error {
	problem := &Problem{
		Code: "CL-DEV-004", Why: why, What: Text{"the chain has stopped", "链已停止"},
		Next: Text{"start it again: the chain was in memory only; --verbose shows what leads to it", "请重新启动：该链仅在内存中；--verbose 可显示其经过"},
	}
	if data != "" {
		problem.Next = Text{"credible verify --data " + data + " checks the data directory", "用 credible verify --data " + data + " 检查数据目录"}
	}
	return problem
}

// hostNames returns the names under which clients may come: whoever asks for an
// address beyond loopback wants to be reached by it, or with 0.0.0.0 by any name.
func hostNames(address string) []string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return []string{"*"}
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return []string{"localhost", "127.0.0.1", "[::1]", host}
}

// reachable returns an address that a client on this machine can use.
func reachable(listening net.Addr) string {
	if tcp, ok := listening.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return listening.String()
}

// devInfo is what credible dev prints with -o json before the ready line.
type devInfo struct {
	Version  string       `json:"version"`
	Chain    string       `json:"chain"`
	Crypto   string       `json:"crypto"`
	ChainID  uint64       `json:"chainId"`
	RPC      string       `json:"rpc"`
	WS       string       `json:"ws"`
	Mnemonic string       `json:"mnemonic"`
	Accounts []devAccount `json:"accounts"`
}

type devAccount struct {
	Address string `json:"address"`
	Key     string `json:"privateKey"`
}

func (t *terminal) banner(running *development.Chain, f devFlags, url string) error {
	info := devInfo{
		Version: Version, Chain: running.Genesis().Name, Crypto: f.crypto, ChainID: running.Genesis().EVMChainID,
		RPC: url, WS: "ws" + url[len("http"):], Mnemonic: wallet.TestMnemonic,
	}
	for _, account := range running.Accounts {
		info.Accounts = append(info.Accounts, devAccount{
			Address: ethereum.Checksum(account.Address, keccak.Keccak256), Key: "0x" + hex.EncodeToString(account.Secret),
		})
	}
	if err := t.result(info, func() { t.showBanner(info, f) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(t.out, "ready %s\n", url)
	return err
}

func (t *terminal) showBanner(info devInfo, f devFlags) {
	t.say(Text{"CredibleLedger %s – development chain, %s crypto", "CredibleLedger %s – 开发链，密码套件 %s"}, info.Version, info.Crypto)
	t.say(Text{"\nAccounts (10000 ether each; everybody knows their keys, never use them elsewhere)", "\n账户（每个 10000 ether；私钥众所周知，切勿用于其他链）"})
	for i, account := range info.Accounts {
		fmt.Fprintf(t.out, "  (%d) %s\n", i, account.Address)
	}
	t.say(Text{"\nPrivate keys", "\n私钥"})
	for i, account := range info.Accounts {
		fmt.Fprintf(t.out, "  (%d) %s\n", i, account.Key)
	}
	where := t.text(Text{"memory only; --data DIR keeps the chain", "仅内存；用 --data 目录 保存链数据"})
	if f.data != "" {
		where = f.data
	}
	t.say(Text{"\nMnemonic    %s\nChain id    %d\nData        %s\nHTTP        %s\nWebSocket   %s\nMetrics     %s/metrics\n",
		"\n助记词      %s\n链 ID       %d\n数据        %s\nHTTP        %s\nWebSocket   %s\n指标        %s/metrics\n"},
		info.Mnemonic, info.ChainID, where, info.RPC, info.WS, info.RPC)
	t.say(Text{"Ctrl-C stops the chain.", "按 Ctrl-C 停止。"})
}

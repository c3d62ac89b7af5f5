package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/internal/hugepages"
	"github.com/credibleledger/credibleledger/internal/pacing"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/obicore/api/cl"
	"github.com/credibleledger/credibleledger/obicore/api/debug"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
	"github.com/credibleledger/credibleledger/tools/development"
	"github.com/credibleledger/credibleledger/tools/network"
)

func (t *terminal) node() *cobra.Command {
	return t.group("node", Text{"run a node", "运行节点"}, t.nodeStart)
}

func (t *terminal) nodeStart() *cobra.Command {
	var home string
	start := &cobra.Command{
		Use: "start --home DIR", Args: cobra.NoArgs, Short: t.text(Text{"run a node until it is stopped", "运行节点直至被停止"}),
		RunE: func(command *cobra.Command, _ []string) error { return t.runNode(command.Context(), home) },
	}
	start.Flags().StringVar(&home, "home", "", t.text(Text{"the node's directory, with config.toml", "含 config.toml 的节点目录"}))
	return start
}

func nodeProblem(why error) error {
	var problem *Problem
	if errors.As(why, &problem) {
		return problem
	}
	return &Problem{
		Code: "CL-NODE-001", Why: why, What: Text{"the node did not start", "节点未能启动"},
		Next: Text{"mend what the reason says; credible verify --data DIR checks the data directory", "请按原因修正；credible verify --data 目录 可检查数据目录"},
	}
}

// nodeStopped says what can be done when a node's chain has stopped by itself.
func nodeStopped(why error) error {
	return &Problem{
		Code: "CL-NODE-003", Why: why, What: Text{"the node has stopped, because going on would be unsafe", "继续运行不安全，节点已停止"},
		Next: Text{
			"mend what the reason says and start the node again; credible verify --data DIR checks the data directory",
			"请按原因修正后重新启动节点；credible verify --data 目录 可检查数据目录",
		},
	}
}

func (t *terminal) runNode(ctx context.Context, home string) error {
	if home == "" {
		return &Problem{
			Code: "CL-NODE-002", Usage: true, What: Text{"no node directory", "未指定节点目录"},
			Next: Text{"name it with --home DIR; credible genesis create --home DIR makes one", "请用 --home 目录 指定；可用 credible genesis create --home 目录 生成"},
		}
	}
	settings, err := readConfiguration(filepath.Join(home, "config.toml"))
	if err != nil {
		return err
	}
	log := newLogger(t.err, settings.Logging)
	_, genesis, err := readGenesis(placeIn(home, settings.Data.Genesis))
	if err != nil {
		return nodeProblem(err)
	}
	hugepages.Advise()
	defer pacing.Start()()
	server := newNodeServer(settings, log)
	listener, err := development.Listen(settings.RPC.Address)
	if err != nil {
		return nodeProblem(errors.Join(err, server.Close()))
	}
	var doing atomic.Pointer[string]
	tell := func(what string) { doing.Store(&what) }
	tell("its ledger is being opened")
	server.Announce(genesis.Name, func() string { return *doing.Load() })
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	running, err := t.openNode(ctx, home, settings, genesis, log, tell)
	if err != nil {
		err = errors.Join(err, server.Close())
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			t.say(Text{"stopped before the chain was open; the next start goes on", "在打开链之前已停止；下次启动将继续"})
			return nil
		}
		return nodeProblem(err)
	}
	if err := mountNode(server, running, settings); err != nil {
		return nodeProblem(errors.Join(err, server.Close(), running.Close(ctx)))
	}
	stopReloading := t.reloadOnSignal(home, running, log)
	defer stopReloading()
	t.say(Text{"chain %s at height %d", "链 %s，高度 %d"}, running.Genesis().Name, running.Head().Header.Height)
	if _, err := fmt.Fprintf(t.out, "ready http://%s\n", listener.Addr()); err != nil {
		return errors.Join(err, server.Close(), running.Close(ctx))
	}
	return untilStopped(ctx, running, server, served, nodeStopped)
}

// stopTime is how long a chain may take to stop.
const stopTime = 10 * time.Second

// untilStopped waits until the person stops a served chain, or until server or
// chain end by themselves, and closes both. halted explains a chain that stopped.
func untilStopped(ctx context.Context, running *node.Chain, server *api.Server, served <-chan error, halted func(why error) error) (err error) {
	select {
	case <-ctx.Done():
	case err = <-served:
	case <-running.Halted():
		err = halted(running.HaltReason())
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return errors.Join(err, server.Close(), running.Close(stopping))
}

// placeIn resolves a path of a configuration file.
func placeIn(home, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(home, path)
}

// openNode opens and starts the chain that a home directory describes.
func (t *terminal) openNode(ctx context.Context, home string, settings *configuration.Configuration, genesis *chain.Genesis, log *slog.Logger, tell func(string)) (*node.Chain, error) {
	if err := t.checkGenesis(genesis); err != nil {
		return nil, err
	}
	options, err := t.nodeOptions(home, settings, genesis, log)
	if err != nil {
		return nil, err
	}
	options.Directory, options.Rules, options.Opening = placeIn(home, settings.Data.Directory), t.Rules, tell
	if t.WallClock != nil {
		options.WallClock = t.WallClock(home)
	}
	options.Interval = uint64(time.Duration(settings.Blocks.Interval).Milliseconds())
	options.RetainState, options.RetainBlocks = settings.Data.RetainState, settings.Data.RetainBlocks
	options.Snapshots = node.Snapshots{Interval: settings.Snapshots.Interval, Transactions: settings.Snapshots.Transactions, Keep: settings.Snapshots.Keep}
	options.Skew = time.Duration(settings.Blocks.Skew)
	options.Pool, options.AllowUnprotected, options.Log = settings.Pool.Limits(), settings.RPC.AllowUnprotected, log
	running, err := node.Open(ctx, t.Registry, options)
	if err != nil {
		return nil, err
	}
	if err := running.Start(ctx); err != nil {
		return nil, errors.Join(err, running.Close(ctx))
	}
	return running, nil
}

// nodeOptions says who the node is: a node with a network has an identity, one that
// stands alone a single key.
func (t *terminal) nodeOptions(home string, settings *configuration.Configuration, genesis *chain.Genesis, log *slog.Logger) (node.Options, error) {
	if settings.Network.Listen != "" {
		return network.Options(t.Registry, home, settings, genesis, log)
	}
	suite, err := t.Registry.CryptoSuite(genesis.Crypto)
	if err != nil {
		return node.Options{}, err
	}
	validator, err := development.ReadKey(suite, placeIn(home, settings.Data.Key))
	if err != nil {
		return node.Options{}, err
	}
	return node.Options{Genesis: genesis, Self: development.Self(suite, validator), Keys: node.Keys{Signer: validator}, Checks: node.Checks(settings.Blocks.Checks)}, nil
}

// newNodeServer is the server of a production node.
func newNodeServer(settings *configuration.Configuration, log *slog.Logger) *api.Server {
	origins := append([]string{}, settings.RPC.AllowedOrigins...) // not nil: none unless listed
	return api.New(api.Options{Log: log, RPC: jsonrpc.Options{
		AllowedHosts: settings.RPC.AllowedHosts, AllowedOrigins: origins, Logger: log,
		Limits: jsonrpc.Limits{MaxBodyBytes: settings.RPC.MaxBody, MaxMessageBytes: settings.RPC.MaxBody, MaxBatchItems: settings.RPC.MaxBatch},
	}})
}

// mountNode mounts the namespaces of a production node: no unlocked accounts and
// no development methods.
func mountNode(server *api.Server, running *node.Chain, settings *configuration.Configuration) error {
	registry := jsonrpc.NewRegistry()
	service := eth.New(running, eth.Settings{Version: "CredibleLedger/" + Version})
	faults := []error{service.Register(registry), cl.New(running).Register(registry)}
	if settings.RPC.Traces {
		faults = append(faults, debug.New(running, service, debug.DefaultLimits()).Register(registry))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	return server.Mount(running, registry, service.Close)
}

func newLogger(out io.Writer, l configuration.Logging) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(l.Level)) != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

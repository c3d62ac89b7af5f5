package main

import (
	"context"
	"flag"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cometbft/cometbft/abci/example/kvstore"
	"github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
)

// database is the one that CometBFT's pinned release builds without tags.
const database = "goleveldb"

// tuning says what differs from CometBFT's defaults; configure does it.
const tuning = "timeout_commit 0, skip_timeout_commit, peer_gossip_sleep 10 ms, flush_throttle 10 ms, send and recv rate 512 MB/s, " +
	"mempool 50,000 without recheck, cache 200,000, tx_index null, discard_abci_responses, no empty blocks, no pex, JSON-RPC batches of up to 1,000"

// place is where one node lives.
type place struct {
	home         string
	peerTo, call string   // addresses, HOST:PORT: for other nodes, for JSON-RPC
	peers        []string // ID@HOST:PORT
}

func (p place) configure() *config.Config {
	config.EnsureRoot(p.home)
	c := config.DefaultConfig().SetRoot(p.home)
	c.DBBackend = database
	c.RPC.ListenAddress, c.RPC.MaxRequestBatchSize = "tcp://"+p.call, 1000
	c.P2P.ListenAddress, c.P2P.PersistentPeers = "tcp://"+p.peerTo, strings.Join(p.peers, ",")
	c.P2P.AllowDuplicateIP, c.P2P.AddrBookStrict, c.P2P.PexReactor = true, false, false
	c.P2P.FlushThrottleTimeout = 10 * time.Millisecond
	c.P2P.SendRate, c.P2P.RecvRate = 512_000_000, 512_000_000
	c.Mempool.Size, c.Mempool.CacheSize, c.Mempool.Recheck = 50_000, 200_000, false
	c.Consensus.TimeoutCommit, c.Consensus.SkipTimeoutCommit = 0, true
	c.Consensus.PeerGossipSleepDuration = 10 * time.Millisecond
	c.Consensus.CreateEmptyBlocks = false
	c.TxIndex.Indexer, c.Storage.DiscardABCIResponses = "null", true
	return c
}

// arguments are those with which serve finds the place again.
func (p place) arguments() []string {
	return []string{serving, "-home", p.home, "-peer-to", p.peerTo, "-call", p.call, "-peers", strings.Join(p.peers, ",")}
}

// serving is the first argument of a process that is one node.
const serving = "serve"

// serve runs one node until it is told to end.
func serve(arguments []string) error {
	var p place
	var peers string
	flags := flag.NewFlagSet(serving, flag.ContinueOnError)
	flags.StringVar(&p.home, "home", "", "folder of the node")
	flags.StringVar(&p.peerTo, "peer-to", "", "HOST:PORT for other nodes")
	flags.StringVar(&p.call, "call", "", "HOST:PORT for JSON-RPC")
	flags.StringVar(&peers, "peers", "", "the others, ID@HOST:PORT")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	p.peers = strings.Split(peers, ",")
	if peers == "" {
		p.peers = nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	c := p.configure()
	key, err := p2p.LoadNodeKey(c.NodeKeyFile())
	if err != nil {
		return err
	}
	application := kvstore.NewPersistentApplication(filepath.Join(p.home, "data"))
	defer application.Close()
	created, err := node.NewNodeWithContext(ctx, c, privval.LoadFilePV(c.PrivValidatorKeyFile(), c.PrivValidatorStateFile()), key,
		proxy.NewLocalClientCreator(application), node.DefaultGenesisDocProviderFunc(c), config.DefaultDBProvider,
		node.DefaultMetricsProvider(c.Instrumentation), log.NewNopLogger())
	if err != nil {
		return err
	}
	if err := created.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	err = created.Stop()
	created.Wait()
	return err
}

package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cometbft/cometbft/abci/example/kvstore"
	"github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	"github.com/cometbft/cometbft/rpc/client/local"
	"github.com/cometbft/cometbft/types"
)

// database is the one that CometBFT's pinned release builds without tags.
const database = "goleveldb"

// tuning says what differs from CometBFT's defaults; configure does it.
const tuning = "timeout_commit 0, skip_timeout_commit, peer_gossip_sleep 10 ms, flush_throttle 10 ms, send and recv rate 512 MB/s, " +
	"mempool 50,000 without recheck, cache 200,000, tx_index null, discard_abci_responses, no empty blocks, no pex"

// member is one node, its client, and what its blocks hold.
type member struct {
	node   *node.Node
	client *local.Local
	blocks types.Subscription
}

// network is nodes of one chain in this process.
type network struct {
	members []*member
	close   []func()
}

func configure(home string, port int) *config.Config {
	config.EnsureRoot(home)
	c := config.DefaultConfig().SetRoot(home)
	c.DBBackend = database
	c.RPC.ListenAddress = ""
	c.P2P.ListenAddress = "tcp://" + loopback(port)
	c.P2P.AllowDuplicateIP, c.P2P.AddrBookStrict, c.P2P.PexReactor = true, false, false
	c.P2P.FlushThrottleTimeout = 10 * time.Millisecond
	c.P2P.SendRate, c.P2P.RecvRate = 512_000_000, 512_000_000
	c.Mempool.Size, c.Mempool.CacheSize, c.Mempool.Recheck = 50_000, 200_000, false
	c.Consensus.TimeoutCommit, c.Consensus.SkipTimeoutCommit, c.Consensus.CreateEmptyBlocks = 0, true, false
	c.Consensus.PeerGossipSleepDuration = 10 * time.Millisecond
	c.TxIndex.Indexer, c.Storage.DiscardABCIResponses = "null", true
	return c
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// start makes a chain of count validators below a folder and waits for its first block.
func start(ctx context.Context, directory string, count int) (n *network, err error) {
	ports, err := freePorts(count)
	if err != nil {
		return nil, err
	}
	genesis := &types.GenesisDoc{ChainID: "bench", GenesisTime: time.Now(), ConsensusParams: types.DefaultConsensusParams()}
	var configs []*config.Config
	var validators []*privval.FilePV
	var keys []*p2p.NodeKey
	var peers []string
	for i, port := range ports {
		c := configure(filepath.Join(directory, strconv.Itoa(i)), port)
		key, err := p2p.LoadOrGenNodeKey(c.NodeKeyFile())
		if err != nil {
			return nil, err
		}
		validator := privval.LoadOrGenFilePV(c.PrivValidatorKeyFile(), c.PrivValidatorStateFile())
		genesis.Validators = append(genesis.Validators, types.GenesisValidator{PubKey: validator.Key.PubKey, Power: 1})
		configs, validators, keys = append(configs, c), append(validators, validator), append(keys, key)
		peers = append(peers, p2p.IDAddressString(key.ID(), loopback(port)))
	}
	n = &network{}
	defer func() {
		if err != nil {
			n.stop()
		}
	}()
	for i, c := range configs {
		c.P2P.PersistentPeers = strings.Join(append(append([]string{}, peers[:i]...), peers[i+1:]...), ",")
		if err := n.add(ctx, c, validators[i], keys[i], genesis); err != nil {
			return nil, err
		}
	}
	for _, m := range n.members {
		if err := m.next(ctx, func(types.Txs) {}); err != nil {
			return nil, fmt.Errorf("no first block: %w", err)
		}
	}
	return n, nil
}

func (n *network) add(ctx context.Context, c *config.Config, validator *privval.FilePV, key *p2p.NodeKey, genesis *types.GenesisDoc) error {
	application := kvstore.NewPersistentApplication(c.DBDir())
	n.close = append(n.close, func() { _ = application.Close() })
	created, err := node.NewNodeWithContext(ctx, c, validator, key, proxy.NewLocalClientCreator(application),
		func() (*types.GenesisDoc, error) { return genesis, nil }, config.DefaultDBProvider, node.DefaultMetricsProvider(c.Instrumentation), log.NewNopLogger())
	if err != nil {
		return err
	}
	blocks, err := created.EventBus().Subscribe(ctx, "bench", types.EventQueryNewBlock, 10_000)
	if err != nil {
		return err
	}
	if err := created.Start(); err != nil {
		return err
	}
	n.close = append(n.close, func() {
		_ = created.Stop()
		created.Wait()
	})
	n.members = append(n.members, &member{node: created, client: local.New(created), blocks: blocks})
	return nil
}

// next waits for a node's next block.
func (m *member) next(ctx context.Context, take func(types.Txs)) error {
	select {
	case message := <-m.blocks.Out():
		take(message.Data().(types.EventDataNewBlock).Block.Txs)
		return nil
	case <-m.blocks.Canceled():
		return m.blocks.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends the nodes, and then their applications.
func (n *network) stop() {
	for i := len(n.close) - 1; i >= 0; i-- {
		n.close[i]()
	}
}

// freePorts finds ports on loopback that nobody listens on now.
func freePorts(count int) (ports []int, err error) {
	for range count {
		l, err := net.Listen("tcp", loopback(0))
		if err != nil {
			return nil, err
		}
		defer l.Close() // held against being found twice
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

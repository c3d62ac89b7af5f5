package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	rpc "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/cometbft/cometbft/types"
)

// member is one node in a process of its own, and a client of its JSON-RPC.
type member struct {
	process *exec.Cmd
	client  *rpc.HTTP
}

// network is the nodes of one chain.
type network struct{ members []*member }

// start makes a chain of count validators below a folder and waits for its first block.
func start(ctx context.Context, directory string, count int) (n *network, err error) {
	places, err := prepare(directory, count)
	if err != nil {
		return nil, err
	}
	n = &network{}
	defer func() {
		if err != nil {
			n.stop()
		}
	}()
	for _, p := range places {
		if err := n.add(p, len(places)); err != nil {
			return nil, err
		}
	}
	for _, m := range n.members {
		if err := m.await(ctx); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// prepare writes keys and genesis of all nodes.
func prepare(directory string, count int) ([]place, error) {
	addresses, err := freeAddresses(2 * count)
	if err != nil {
		return nil, err
	}
	genesis := &types.GenesisDoc{ChainID: "bench", GenesisTime: time.Now(), ConsensusParams: types.DefaultConsensusParams()}
	places, ids := make([]place, count), make([]string, count)
	for i := range places {
		places[i] = place{home: filepath.Join(directory, strconv.Itoa(i)), peerTo: addresses[2*i], call: addresses[2*i+1]}
		c := places[i].configure()
		key, err := p2p.LoadOrGenNodeKey(c.NodeKeyFile())
		if err != nil {
			return nil, err
		}
		validator := privval.LoadOrGenFilePV(c.PrivValidatorKeyFile(), c.PrivValidatorStateFile())
		genesis.Validators = append(genesis.Validators, types.GenesisValidator{PubKey: validator.Key.PubKey, Power: 1})
		ids[i] = p2p.IDAddressString(key.ID(), places[i].peerTo)
	}
	for i := range places {
		places[i].peers = append(append([]string{}, ids[:i]...), ids[i+1:]...)
		if err := genesis.SaveAs(places[i].configure().GenesisFile()); err != nil {
			return nil, err
		}
	}
	return places, nil
}

// add starts one node of count. Like those of `credible network start` each runs on as many
// threads as is its part of the machine's cores.
func (n *network) add(p place, count int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	process := exec.Command(self, p.arguments()...)
	process.Stderr = os.Stderr
	if count > 1 && os.Getenv("GOMAXPROCS") == "" {
		process.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", (runtime.GOMAXPROCS(0)+count-1)/count))
	}
	if err := process.Start(); err != nil {
		return err
	}
	// As many connections are kept as there are senders.
	client, err := rpc.NewWithClient("http://"+p.call, "/websocket", &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}})
	n.members = append(n.members, &member{process, client})
	return err
}

// await waits for a node's first block, and then for its events.
func (m *member) await(ctx context.Context) error {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		if status, err := m.client.Status(ctx); err == nil && status.SyncInfo.LatestBlockHeight > 0 {
			return m.client.Start()
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("no first block: %w", ctx.Err())
		}
	}
}

// stop ends the nodes.
func (n *network) stop() {
	for _, m := range n.members {
		if m.client != nil && m.client.IsRunning() {
			_ = m.client.Stop()
		}
		_ = m.process.Process.Signal(syscall.SIGTERM)
	}
	for _, m := range n.members {
		_ = m.process.Wait()
	}
}

// freeAddresses finds ports on loopback that nobody listens on now.
func freeAddresses(count int) (addresses []string, err error) {
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // held against being found twice
		addresses = append(addresses, l.Addr().String())
	}
	return addresses, nil
}

package oracle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
)

// server is what geth's clients meet.
type server struct {
	name string
	open func(*testing.T) *peer
}

// servers are a chain in development of every suite or, where CREDIBLE_NETWORK names
// the folder of a network that runs, that one.
func servers(t *testing.T) []server {
	t.Helper()
	directory := os.Getenv("CREDIBLE_NETWORK")
	if directory == "" {
		var all []server
		for _, suite := range []string{"standard", "gm"} {
			all = append(all, server{suite, func(t *testing.T) *peer { return develop(t, suite) }})
		}
		return all
	}
	n := readNetwork(t, directory)
	const place = 6 // of geth among the columns of the matrix
	return []server{{"network " + n.Crypto, func(t *testing.T) *peer { return n.at(t, place, n.height(t)) }}}
}

// network is a network of processes, by its manifest and its accounts.
type network struct {
	Crypto string
	Nodes  []struct{ RPC string }

	place    int // of the node that a peer is at
	accounts []struct{ PrivateKey string }
}

func readNetwork(t *testing.T, directory string) *network {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(directory, "network.json"))
	must(t, err)
	n := &network{}
	must(t, json.Unmarshal(text, n))
	keys, err := filepath.Glob(filepath.Join(directory, "accounts", "account*.key"))
	must(t, err)
	for i := range keys {
		key, err := os.ReadFile(filepath.Join(directory, "accounts", fmt.Sprintf("account%d.key", i)))
		must(t, err)
		n.accounts = append(n.accounts, struct{ PrivateKey string }{strings.TrimSpace(string(key))})
	}
	return n
}

// height is the greatest that a node has come to.
func (n *network) height(t *testing.T) (greatest uint64) {
	t.Helper()
	for _, node := range n.Nodes {
		client, err := ethclient.Dial("http://" + node.RPC)
		must(t, err)
		defer client.Close()
		height, err := client.BlockNumber(background(t))
		must(t, err)
		greatest = max(greatest, height)
	}
	return greatest
}

// at connects to a node as soon as it has come to a height.
func (n *network) at(t *testing.T, place int, height uint64) *peer {
	t.Helper()
	address := n.Nodes[place%len(n.Nodes)].RPC
	client, err := ethclient.Dial("http://" + address)
	must(t, err)
	defer client.Close()
	must(t, client.Client().CallContext(background(t), nil, "cl_awaitHeight", hexutil.Uint64(height)))
	id, err := client.ChainID(background(t))
	must(t, err)
	p := connect(t, "http://"+address, info{WS: "ws://" + address, ChainID: id.Int64(), Accounts: n.accounts})
	moved := *n
	moved.place = place
	p.network = &moved
	return p
}

// SendTransaction returns when the chain has the receipt: bind would ask for one that
// is not there a second later again.
func (p *peer) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if err := p.Client.SendTransaction(ctx, tx); err != nil {
		return err
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		_, err := p.TransactionReceipt(ctx, tx.Hash())
		if !errors.Is(err, ethereum.NotFound) {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// moves goes through every node and back to the first: what was written on one is
// read on the next.
func moves(t *testing.T, p *peer) {
	to := p.account(1)
	before, err := p.BalanceAt(background(t), to, nil)
	must(t, err)
	receipt := p.sendValue(t, 0, to, 1)
	for by := range p.network.Nodes {
		p = p.network.at(t, p.network.place+1, receipt.BlockNumber.Uint64())
		after, err := p.BalanceAt(background(t), to, nil)
		must(t, err)
		amount(t, "received", after.Sub(after, before), int64(by)+1)
		receipt = p.sendValue(t, 0, to, 1)
	}
	nonce, err := p.NonceAt(background(t), p.account(0), nil)
	must(t, err)
	pending, err := p.PendingNonceAt(background(t), p.account(0))
	must(t, err)
	equal(t, "pending nonce", pending, nonce)
}

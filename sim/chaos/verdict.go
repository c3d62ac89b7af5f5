package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// equalTime is how long after everything is healed all nodes may take to have the
// same headers.
const equalTime = 10 * time.Second

// checkTime bounds the search for an order that a history fits.
const checkTime = 2 * time.Minute

// Judge checks everything that a network has promised to the clients of a load
// that has ended. The nodes must run.
func (n *Network) Judge(ctx context.Context, l *Load) {
	n.t.Helper()
	n.equal(ctx)
	n.sums(ctx)
	n.present(ctx, l)
	l.linear()
}

// equal waits until all nodes have the same tip and compares the headers below it.
func (n *Network) equal(ctx context.Context) {
	n.t.Helper()
	began := time.Now()
	for look := time.NewTicker(20 * time.Millisecond); ; <-look.C {
		status := n.Processes.Status(ctx)
		same := true
		for i := range status.Nodes {
			same = same && status.Nodes[i].Hash != "" && status.Nodes[i].Hash == status.Nodes[0].Hash && status.Nodes[i].State == "ready"
		}
		if same {
			n.t.Logf("all nodes equal at height %d after %s", status.Nodes[0].Height, time.Since(began).Round(time.Millisecond))
			look.Stop()
			break
		}
		if time.Since(began) > equalTime {
			n.t.Fatalf("nodes are not equal %s after the last fault: %+v", equalTime, status.Nodes)
		}
	}
	n.headers(ctx)
}

// header is what is compared of a block.
type header struct {
	Hash      string `json:"hash"`
	StateRoot string `json:"stateRoot"`
}

// headers compares every header on every node. A header carries the roots of those below
// it; of the last blocks the states are compared, too.
func (n *Network) headers(ctx context.Context) {
	n.t.Helper()
	top, err := n.endpoints[0].height(ctx)
	if err != nil {
		n.t.Fatal(err)
	}
	for height := uint64(0); height <= top; height++ {
		n.sameHeader(ctx, height, "cl_getHeader", hexadecimal(height))
	}
	for height := max(top, rootDelay) - rootDelay; height <= top; height++ {
		n.sameHeader(ctx, height, "eth_getBlockByNumber", hexadecimal(height), false)
	}
}

// rootDelay is k of every network.
const rootDelay = 2

func (n *Network) sameHeader(ctx context.Context, height uint64, method string, params ...any) {
	n.t.Helper()
	var first header
	for i, e := range n.endpoints {
		var h header
		if err := e.call(ctx, &h, method, params...); err != nil {
			n.t.Fatalf("%s: block %d: %v", e.url, height, err)
		}
		if i == 0 {
			first = h
		}
		if h != first {
			n.t.Fatalf("fork at height %d: %s has %+v, %s has %+v", height, n.endpoints[0].url, first, e.url, h)
		}
	}
}

func hexadecimal(v uint64) string { return "0x" + big.NewInt(0).SetUint64(v).Text(16) }

// sums adds up all accounts on every node at one height: gas is free, so that money
// only moves.
func (n *Network) sums(ctx context.Context) {
	n.t.Helper()
	var top string
	if err := n.endpoints[0].call(ctx, &top, "eth_blockNumber"); err != nil {
		n.t.Fatal(err)
	}
	for _, e := range n.endpoints {
		sum := new(big.Int)
		for _, a := range n.accounts {
			var text string
			if err := e.call(ctx, &text, "eth_getBalance", a.address, top); err != nil {
				n.t.Fatal(err)
			}
			balance, ok := new(big.Int).SetString(strings.TrimPrefix(text, "0x"), 16)
			if !ok {
				n.t.Fatalf("balance %q", text)
			}
			sum.Add(sum, balance)
		}
		if sum.Cmp(n.funds) != 0 {
			n.t.Errorf("%s: the accounts hold %s together, want %s", e.url, sum, n.funds)
		}
	}
}

// sample is after how many acknowledged transactions one is asked for by its id.
const sample = 200

// present looks for every acknowledged transaction, that it is there once and has
// succeeded. That all nodes have the same blocks is known by then: each is asked for the
// receipts of some of them, and for some transactions by their ids.
func (n *Network) present(ctx context.Context, l *Load) {
	n.t.Helper()
	executed := n.executed(ctx)
	seen := make(map[chain.Hash]bool, len(l.acknowledged))
	for i, id := range l.acknowledged {
		if seen[id] {
			n.t.Errorf("transaction %s is acknowledged twice", id)
		}
		seen[id] = true
		if executed[id] != 1 {
			n.t.Fatalf("acknowledged transaction %s was executed %d times", id, executed[id])
		}
		if i%sample != 0 {
			continue
		}
		e := n.endpoints[i/sample%len(n.endpoints)]
		var r *receipt
		if err := e.call(ctx, &r, "eth_getTransactionReceipt", id); err != nil || r == nil || r.Status != "0x1" {
			n.t.Fatalf("%s: acknowledged transaction %s: %+v, %v", e.url, id, r, err)
		}
	}
	n.t.Logf("%d acknowledged transactions are there, %d of unknown outcome, %d refused", len(l.acknowledged), l.Unknown.Load(), l.Refused.Load())
}

// executed counts how often each transaction was executed with success. One that could not
// start stands in its block as void, and may come again. Every node tells of its share of
// the blocks.
func (n *Network) executed(ctx context.Context) map[chain.Hash]int {
	n.t.Helper()
	top, err := n.endpoints[0].height(ctx)
	if err != nil {
		n.t.Fatal(err)
	}
	shares, faults := make([][]chain.Hash, len(n.endpoints)), make([]error, len(n.endpoints))
	var asking sync.WaitGroup
	for i, e := range n.endpoints {
		asking.Go(func() { shares[i], faults[i] = e.succeeded(ctx, uint64(i+1), uint64(len(n.endpoints)), top) })
	}
	asking.Wait()
	if err := errors.Join(faults...); err != nil {
		n.t.Fatal(err)
	}
	counts := make(map[chain.Hash]int)
	for _, id := range slices.Concat(shares...) {
		counts[id]++
	}
	return counts
}

// succeeded returns the ids of what was executed with success in every step-th block.
func (e *endpoint) succeeded(ctx context.Context, from, step, top uint64) (ids []chain.Hash, err error) {
	for height := from; height <= top; height += step {
		var receipts []receipt
		if err := e.call(ctx, &receipts, "eth_getBlockReceipts", hexadecimal(height)); err != nil {
			return nil, fmt.Errorf("%s: receipts of block %d: %w", e.url, height, err)
		}
		for _, r := range receipts {
			if r.Status == "0x1" {
				ids = append(ids, r.TransactionHash)
			}
		}
	}
	return ids, nil
}

// linear checks the history of the registers.
func (l *Load) linear() {
	l.network.t.Helper()
	end := time.Since(l.began).Nanoseconds()
	for i := range l.history {
		if l.history[i].Return < 0 {
			l.history[i].Return = end
		}
	}
	switch porcupine.CheckOperationsTimeout(registers, l.history, checkTime) {
	case porcupine.Illegal:
		l.network.t.Errorf("the history of %d operations on registers fits no order", len(l.history))
	case porcupine.Unknown:
		l.network.t.Errorf("no order was found within %s for %d operations on registers, and none was excluded", checkTime, len(l.history))
	default:
		l.network.t.Logf("%d operations on registers fit one order", len(l.history))
	}
}

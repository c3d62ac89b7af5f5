package chaos

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// senders is how many accounts send in a benchmark.
const senders = 400

// StartBenchmark starts a network for a benchmark. ORDERING chooses how its validators
// propose, CHECKS whose checks of signatures they rely on.
func StartBenchmark(b *testing.B, engine, suite string, nodes int) *Network {
	b.Helper()
	return Start(b, Settings{Nodes: nodes, Consensus: engine, Crypto: suite, Ordering: os.Getenv("ORDERING"), Checks: os.Getenv("CHECKS"), Clients: senders})
}

// Work is transfers that are signed and not yet sent: for each sender in order of
// nonce.
type Work struct {
	raw [][]string
	to  chain.Address
	sum uint64
}

// Prepare signs count transfers of all senders in turn.
func (n *Network) Prepare(count int) *Work {
	n.t.Helper()
	w := &Work{raw: make([][]string, senders), to: chain.Address{0xbe, 0xef}, sum: uint64(count)}
	var signing sync.WaitGroup
	for i := range senders {
		signing.Go(func() {
			for nonce := uint64(0); int(nonce)*senders+i < count; nonce++ {
				raw, err := n.accounts[i].sign(&ethereum.Transaction{
					Type: ethereum.TypeDynamicFee, ChainID: n.chainID, Nonce: nonce, Gas: 21_000, To: &w.to, Value: chain.WordFromUint64(1),
				})
				if err != nil {
					n.t.Error(err)
					return
				}
				w.raw[i] = append(w.raw[i], "0x"+hex.EncodeToString(raw))
			}
		})
	}
	signing.Wait()
	return w
}

// Send gives all transfers to the nodes, each sender's to one node, in batches of a size, and
// waits until every node has executed them all.
func (n *Network) Send(w *Work, size int) time.Duration {
	n.t.Helper()
	began := time.Now()
	var sending sync.WaitGroup
	for i, e := range n.endpoints {
		sending.Go(func() {
			var raws []string
			flush := func() {
				if err := batch(context.Background(), e, make([]string, len(raws)), "eth_sendRawTransaction", raws); err != nil {
					n.t.Error(err)
				}
				raws = raws[:0]
			}
			for round, left := 0, true; left; round++ {
				left = false
				for s := i; s < senders; s += len(n.endpoints) {
					if round < len(w.raw[s]) {
						left = true
						if raws = append(raws, w.raw[s][round]); len(raws) == size {
							flush()
						}
					}
				}
			}
			if len(raws) > 0 {
				flush()
			}
		})
	}
	sending.Wait()
	n.awaitSum(w)
	return time.Since(began)
}

// executionTime bounds the wait for all that a benchmark has sent.
const executionTime = time.Minute

func (n *Network) awaitSum(w *Work) {
	n.t.Helper()
	end := time.Now().Add(executionTime)
	for _, e := range n.endpoints {
		for {
			have, err := e.balance(w.to)
			if err == nil && have >= w.sum {
				break
			}
			if time.Now().After(end) {
				n.t.Fatalf("%s: %d of %d after %s: %v", e.url, have, w.sum, executionTime, err)
			}
			time.Sleep(10 * time.Millisecond) // the figure is far longer than this
		}
	}
}

func (e *endpoint) balance(owner chain.Address) (uint64, error) {
	var text string
	if err := e.call(context.Background(), &text, "eth_getBalance", owner, "latest"); err != nil {
		return 0, err
	}
	return quantity(text)
}

// Pace sends transfers at a rate, each at its own time, and returns how long each
// took to its receipt, counted from when it was due.
func (n *Network) Pace(w *Work, rate int) []time.Duration {
	n.t.Helper()
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 4096, MaxConnsPerHost: 0}}
	endpoints := make([]*endpoint, len(n.endpoints))
	for i, e := range n.endpoints {
		endpoints[i] = &endpoint{url: e.url, http: client}
	}
	var mutex sync.Mutex
	var latencies []time.Duration
	var sending sync.WaitGroup
	var failures atomic.Int64
	began := time.Now()
	for k := 0; k < int(w.sum); k++ {
		due := began.Add(time.Duration(k) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		s, nonce := k%senders, k/senders
		sending.Go(func() {
			var r receipt
			if err := endpoints[s%len(endpoints)].call(context.Background(), &r, "eth_sendRawTransactionSync", w.raw[s][nonce]); err != nil {
				failures.Add(1)
				n.t.Logf("transfer %d: %v", k, err)
				return
			}
			took := time.Since(due)
			mutex.Lock()
			defer mutex.Unlock()
			latencies = append(latencies, took)
		})
	}
	sending.Wait()
	if count := failures.Load(); count > 0 {
		n.t.Errorf("%d of %d transfers were not answered with a receipt", count, w.sum)
	}
	return latencies
}

// Verify counts again on every node that all has arrived, once.
func (n *Network) Verify(w *Work) {
	n.t.Helper()
	n.awaitSum(w)
	for _, e := range n.endpoints {
		if have, err := e.balance(w.to); err != nil || have != w.sum {
			n.t.Errorf("%s: %d arrived, %d were sent: %v", e.url, have, w.sum, err)
		}
	}
}

// SignatureTime measures one recovery of a secp256k1 signature on one core.
func SignatureTime() time.Duration {
	suite := standard.New()
	scheme, err := suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		panic(fmt.Sprintf("the standard suite has no secp256k1: %v", err))
	}
	signer, err := scheme.Generate(rand.Reader)
	if err != nil {
		panic(err)
	}
	digest := chain.Hash{1}
	signature, err := signer.Sign(digest)
	if err != nil {
		panic(err)
	}
	recoverer := scheme.(interface {
		Recover(chain.Hash, []byte) (chain.PublicKey, error)
	})
	const times = 2000
	began := time.Now()
	for range times {
		if _, err := recoverer.Recover(digest, signature); err != nil {
			panic(err)
		}
	}
	return time.Since(began) / times
}

// Figure sums a counter of all nodes, by its name in /metrics.
func (n *Network) Figure(name string) (sum float64) {
	n.t.Helper()
	for _, e := range n.endpoints {
		value, err := e.figure(name)
		if err != nil {
			n.t.Fatalf("%s: %v", e.url, err)
		}
		sum += value
	}
	return sum
}

func (e *endpoint) figure(name string) (float64, error) {
	answer, err := e.http.Get(e.url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		if line := lines.Text(); strings.HasPrefix(line, name+"{") {
			return strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
		}
	}
	return 0, errors.Join(lines.Err(), fmt.Errorf("/metrics has no %s", name))
}

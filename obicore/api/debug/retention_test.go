package debug_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/debug"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// newPruning is a fixture whose chain keeps little of its history.
func newPruning(t *testing.T, retain uint64) *fixture {
	t.Helper()
	registry := obicore.Registry()
	suite, err := registry.CryptoSuite("standard")
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	validator, err := scheme.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := development.Accounts(suite, 2)
	if err != nil {
		t.Fatal(err)
	}
	c, err := node.Open(t.Context(), registry, node.Options{
		Genesis: development.Genesis(suite, validator, development.Settings{Name: "pruning", Accounts: accounts, Time: 1}),
		Self:    development.Self(suite, validator), Keys: node.Keys{Signer: validator}, RetainState: retain, Development: &node.Development{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := &fixture{Chain: &development.Chain{Chain: c, Accounts: accounts}, t: t, nonces: make(map[int]uint64)}
	calls, methods := eth.New(c, eth.Settings{}), jsonrpc.NewRegistry()
	if err := debug.New(c, calls, debug.Limits{}).Register(methods); err != nil {
		t.Fatal(err)
	}
	server := jsonrpc.New(methods, jsonrpc.Options{})
	f.server = server
	t.Cleanup(func() {
		calls.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := c.SetManual(true); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTracesEndWhereTheRetainedStateEnds(t *testing.T) {
	const retain, blocks = 4, 12
	f := newPruning(t, retain)
	to := f.Accounts[1].Address
	var ids []string
	for range blocks {
		ids = append(ids, f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &to}).String())
		f.mine()
	}
	var trace steps
	f.get(&trace, "debug_traceTransaction", ids[blocks-retain])
	if trace.Gas != 21_000 {
		t.Errorf("the trace is %+v", trace)
	}
	if a := f.ask("debug_traceTransaction", ids[0]); a.Error == nil || !strings.Contains(a.Error.Message, "state of block 0 is pruned") {
		t.Errorf("the answer is %s, %+v", a.Result, a.Error)
	}
}

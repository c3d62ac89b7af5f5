package node_test

import (
	"context"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/development"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// idle is an engine that decides nothing and shows its host to the test.
type idle struct {
	solo.Module
	host consensus.Host
	tip  consensus.Decision
}

func (m *idle) New(consensus.Options) (consensus.Engine, error)        { return m, nil }
func (m *idle) Capabilities() consensus.Capabilities                   { return consensus.Capabilities{} }
func (m *idle) Stop(context.Context) error                             { return nil }
func (m *idle) Receive(chain.NodeID, []byte) error                     { return nil }
func (m *idle) Notify()                                                {}
func (m *idle) Status() consensus.Status                               { return consensus.Status{} }
func (m *idle) SyncedTo(context.Context, consensus.Decision) error     { return nil }
func (m *idle) Reconfigure(context.Context, *chain.ValidatorSet) error { return nil }
func (m *idle) Start(_ context.Context, host consensus.Host, boot consensus.Boot) error {
	m.host, m.tip = host, boot.Tip
	return nil
}

// craft puts a transaction into an otherwise valid proposal, as a validator would
// that does not keep the rules of admission.
func (f *fixture) craft(c *node.Chain, engine *idle, raw []byte) consensus.Proposal {
	f.t.Helper()
	proposal, err := engine.host.Propose(f.t.Context(), engine.tip, nil, true)
	if err != nil {
		f.t.Fatal(err)
	}
	header, err := chain.DecodeHeader(proposal.Header)
	if err != nil {
		f.t.Fatal(err)
	}
	list, err := f.registry.Families(c.Suite(), c.Identity(), c.Genesis().EVMChainID)
	if err != nil {
		f.t.Fatal(err)
	}
	families, err := chain.NewFamilies(list...)
	if err != nil {
		f.t.Fatal(err)
	}
	transaction, err := families.Decode(raw)
	if err != nil {
		f.t.Fatal(err)
	}
	body := chain.Body{Batches: []chain.Batch{{chain.Entry{Wire: raw}}}}
	header.TransactionCount, header.TransactionRoot = 1, chain.TransactionRoot(c.Suite(), [][]chain.Hash{{transaction.ID}})
	proposal.Header, proposal.Body = header.Encode(), body.Encode()
	return proposal
}

func TestAProposalWithATransactionThatNoBlockMayHoldIsInvalid(t *testing.T) {
	// With a delay the first headers carry no roots, so that nothing but the
	// transaction decides.
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay = 2 })
	signed := f.registry.Families
	f.registry.Families = func(suite crypto.Suite, identity chain.Hash, chainID uint64) ([]chain.Family, error) {
		families, err := signed(suite, identity, chainID)
		return append(families, development.NewFamily(suite, identity)), err
	}
	engine := &idle{}
	f.registry.Consensus[solo.Name] = engine
	c := f.open()
	w, to := f.wallets[0], &chain.Address{1}
	call := []chain.Call{{To: to}}
	for name, attempt := range map[string]struct {
		raw  []byte
		want error
	}{
		"a transfer":         {w.sign(t, &ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 21_000, To: to}), nil},
		"without a chain id": {w.sign(t, &ethereum.Transaction{Type: 0, Gas: 21_000, To: to}), nil},
		"another chain's":    {w.sign(t, &ethereum.Transaction{Type: 2, ChainID: 1, Gas: 21_000, To: to}), node.ErrSender},
		"oversized":          {w.sign(t, &ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 10_000_000, To: to, Data: make([]byte, 200_000)}), node.ErrOversized},
		"with blobs":         {w.sign(t, &ethereum.Transaction{Type: 3, ChainID: testChainID, Gas: 21_000, To: to, BlobHashes: []chain.Hash{{1}}}), node.ErrType},
		"unsigned":           {development.Encode(w.address, &chain.Transaction{ChainID: testChainID, Gas: 21_000, Calls: call}), node.ErrType},
		"of the system":      {development.Encode(w.address, &chain.Transaction{ChainID: testChainID, Gas: 21_000, Calls: call, System: true}), node.ErrType},
	} {
		t.Run(name, func(t *testing.T) {
			err := engine.host.Validate(t.Context(), f.craft(c, engine, attempt.raw))
			if !errors.Is(err, attempt.want) || err != nil && !errors.Is(err, consensus.ErrProposal) {
				t.Fatalf("error %v, want %v", err, attempt.want)
			}
		})
	}
}

package sim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/cl"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sdk/light"
	"github.com/credibleledger/credibleledger/sdk/proof"
	"github.com/credibleledger/credibleledger/sim"
)

// prover asks one node for proofs.
type prover struct {
	t      *testing.T
	chain  *node.Chain
	server *jsonrpc.Server
}

func newProver(t *testing.T, c *node.Chain) *prover {
	t.Helper()
	registry := jsonrpc.NewRegistry()
	if err := cl.New(c).Register(registry); err != nil {
		t.Fatal(err)
	}
	server := jsonrpc.New(registry, jsonrpc.Options{})
	t.Cleanup(func() { server.Close() })
	return &prover{t, c, server}
}

func (p *prover) ask(request map[string]any) (*proof.Document, string) {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "cl_getProof", "params": []any{request}})
	if err != nil {
		p.t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	call := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "http://localhost/", bytes.NewReader(body))
	call.Header.Set("Content-Type", "application/json")
	p.server.ServeHTTP(recorder, call)
	var answer struct {
		Result json.RawMessage
		Error  struct{ Message string }
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		p.t.Fatalf("%s: %v", recorder.Body, err)
	}
	if answer.Error.Message != "" {
		return nil, answer.Error.Message
	}
	document, err := proof.Decode(answer.Result)
	if err != nil {
		p.t.Fatalf("%v: %v", request, err)
	}
	return document, ""
}

func (p *prover) trust() proof.Trust {
	p.t.Helper()
	trust, err := proof.FromGenesis(p.chain.Genesis(), p.chain.Suite())
	if err != nil {
		p.t.Fatal(err)
	}
	return trust
}

func (p *prover) proved(request map[string]any) (*proof.Document, *proof.Finding) {
	p.t.Helper()
	document, refusal := p.ask(request)
	if refusal != "" {
		p.t.Fatalf("%v: %s", request, refusal)
	}
	finding, err := proof.Verify(document, p.trust(), light.ProofOptions(obicore.Registry()))
	if err != nil || len(finding.Assumed) > 0 {
		p.t.Fatalf("%v: %+v %v", request, finding, err)
	}
	return document, finding
}

// TestWhatANetworkHasDecidedIsProvedToWhoHasNoNode is about headers that carry the
// roots of two heights before, and blocks that were ordered in full or by digest.
func TestWhatANetworkHasDecidedIsProvedToWhoHasNoNode(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		for name, s := range map[string]sim.Settings{"inline": settings(suite), "digest": digestSettings(suite)} {
			t.Run(suite+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := sim.New(t, s)
					c.Start()
					proveNetwork(t, c)
				})
			})
		}
	}
}

func proveNetwork(t *testing.T, c *sim.Cluster) {
	want := pay(t, c, 2)
	id, err := c.Nodes[0].Submit(c.Accounts[0].Transfer(recipient, 5))
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want+5 })
	p := newProver(t, c.Nodes[0].Chain)
	block, index, err := p.chain.Transaction(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, refusal := p.ask(map[string]any{"account": recipient, "block": chain.Bytes{}}); refusal == "" {
		t.Error("a block of no name is proved")
	}
	carried := func() bool { return p.chain.Tip().Header.Height >= block.Header.Height+2 }
	if !carried() {
		if _, refusal := p.ask(map[string]any{"receipt": id}); !strings.Contains(refusal, "not decided yet") {
			t.Errorf("a receipt whose root no header carries: %s", refusal)
		}
	}
	paid := p.chain.Head().Header.Height // other transfers may stand in later blocks
	c.Settle(5*time.Minute, func() bool { return p.chain.Tip().Header.Height >= paid+2 })

	document, receipt := p.proved(map[string]any{"receipt": id})
	if receipt.Height != block.Header.Height || receipt.Transaction.Index != uint64(index) || receipt.Header.Height != block.Header.Height+2 {
		t.Errorf("%+v", receipt)
	}
	_, state := p.proved(map[string]any{"account": recipient})
	account, err := chain.DecodeAccount(state.Entries[0].Value)
	if balance, _ := account.Balance.Uint64(); err != nil || balance != want+5 || state.Height < paid || state.Header.Height != state.Height+2 {
		t.Errorf("height %d: %+v %v", state.Height, account, err)
	}
	if _, transaction := p.proved(map[string]any{"transaction": id}); transaction.Header.Height != block.Header.Height {
		t.Errorf("%+v", transaction)
	}
	p.refuseVotes(document)
}

// refuseVotes flips a bit in every byte of a decision, and says that k is less.
func (p *prover) refuseVotes(document *proof.Document) {
	p.t.Helper()
	options := light.ProofOptions(obicore.Registry())
	named := 0
	for i := range document.Decision {
		forged := *document
		forged.Decision = slices.Clone(document.Decision)
		forged.Decision[i] ^= 1 << (i % 8)
		_, err := proof.Verify(&forged, p.trust(), options)
		if err == nil {
			p.t.Fatalf("byte %d of the decision", i)
		}
		if strings.Contains(err.Error(), "decision: consensus: proof does not verify: vote of validator ") {
			named++
		}
	}
	if named < 100 {
		p.t.Errorf("of %d refusals %d name the vote", len(document.Decision), named)
	}
	forged := *document
	forged.RootDelay = 1
	if _, err := proof.Verify(&forged, p.trust(), options); err == nil {
		p.t.Error("another root delay is accepted")
	}
}

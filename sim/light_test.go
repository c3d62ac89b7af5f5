package sim_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sdk/light"
	"github.com/credibleledger/credibleledger/sim"
)

// sealed reads a header with its proof, and the set that it announces.
func sealed(t *testing.T, c *node.Chain, height uint64) (*chain.Header, chain.Proof, *chain.ValidatorSet) {
	t.Helper()
	header, err := c.Ledger().Header(height)
	if err != nil {
		t.Fatal(err)
	}
	var proof chain.Proof
	if height > 0 {
		p, err := c.Ledger().Proof(height)
		if err != nil {
			t.Fatal(err)
		}
		proof = *p
	}
	ruling, err := c.Ruling(height + 1)
	if err != nil {
		t.Fatal(err)
	}
	return header, proof, ruling.Validators
}

func lightClient(t *testing.T, c *node.Chain) *light.Client {
	t.Helper()
	header, _, set := sealed(t, c, 0)
	client, err := light.New(light.Checkpoint{Header: header, Validators: set}, light.Options{
		Suite: c.Suite(), Consensus: c.Genesis().Consensus, RootDelay: c.Genesis().RootDelay, State: binarytree.NewVerifier(c.Suite()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestALightClientFollowsSetChangesAndProvesState(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := settings(suite)
				s.Observers = 1
				c := sim.New(t, s)
				c.Start()
				want := pay(t, c, 2)
				c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
				record := c.Nodes[4].Record()
				administer(t, c, c.Nodes[0], input("addValidator(bytes)", record.Encode()), 1)
				gone := c.Nodes[1].ID
				administer(t, c, c.Nodes[0], input("removeValidator(bytes32)", gone[:]), 2)
				full := c.Nodes[0].Chain
				c.SettleAmong(c.Nodes[:1], time.Minute, func() bool { return full.Tip().Header.Height == full.Head().Header.Height })

				client := lightClient(t, full)
				top := full.Head().Header.Height
				header, proof, next := sealed(t, full, top)
				if err := client.Advance(header, proof, next); !errors.Is(err, light.ErrHeader) {
					t.Fatalf("two changes of the set are skipped: %v", err)
				}
				for height := uint64(1); height <= top; height++ {
					header, proof, next := sealed(t, full, height)
					if header.Validators == header.NextValidators && height < top {
						continue // nothing that a client must see
					}
					if err := client.Advance(header, proof, next); err != nil {
						t.Fatalf("height %d: %v", height, err)
					}
				}
				if head, err := client.Head(); err != nil || head.Height != top {
					t.Fatalf("%+v %v", head, err)
				}
				at, err := client.StateHeight()
				if err != nil {
					t.Fatal(err)
				}
				for _, owner := range []chain.Address{recipient, {0x99}} {
					proof, err := full.Ledger().Prove(at, chain.AccountKey(owner))
					if err != nil {
						t.Fatal(err)
					}
					if err := client.VerifyState(proof); err != nil {
						t.Fatalf("%s: %v", owner, err)
					}
					proof.Value = append([]byte{1}, proof.Value...)
					if err := client.VerifyState(proof); !errors.Is(err, ledger.ErrProof) {
						t.Fatalf("another value is accepted: %v", err)
					}
				}
				time.Sleep(2 * time.Minute)
				c.Nodes[0].Stop()
				if _, err := client.Head(); !errors.Is(err, light.ErrStale) {
					t.Fatalf("an old header counts as fresh: %v", err)
				}
			})
		})
	}
}

func TestALightClientRefusesForgedHeadersAndProofs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, settings("standard"))
		c.Start()
		want := pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		full := c.Nodes[0].Chain
		header, proof, next := sealed(t, full, full.Head().Header.Height)
		for name, forge := range map[string]func(*chain.Header, *chain.Proof){
			"state root": func(h *chain.Header, _ *chain.Proof) { h.StateRoot[0] ^= 1 },
			"time":       func(h *chain.Header, _ *chain.Proof) { h.Time++ },
			"chain":      func(h *chain.Header, _ *chain.Proof) { h.Chain[0] ^= 1 },
			"set":        func(h *chain.Header, _ *chain.Proof) { h.Validators[0] ^= 1 },
			"proof":      func(_ *chain.Header, p *chain.Proof) { p.Bytes[len(p.Bytes)/2] ^= 1 },
			"kind":       func(_ *chain.Header, p *chain.Proof) { p.Kind = "solo/1" },
			"epoch":      func(_ *chain.Header, p *chain.Proof) { p.Epoch++ },
			"few": func(_ *chain.Header, p *chain.Proof) {
				quorum, err := consensus.DecodeQuorumProof(p.Bytes)
				if err != nil {
					t.Fatal(err)
				}
				quorum.Endorsements[0], quorum.Endorsements[1] = consensus.Endorsement{}, consensus.Endorsement{}
				p.Bytes = quorum.Encode()
			},
		} {
			forgedHeader, forgedProof := *header, chain.Proof{Kind: proof.Kind, Epoch: proof.Epoch, Bytes: append([]byte(nil), proof.Bytes...)}
			forge(&forgedHeader, &forgedProof)
			if err := lightClient(t, full).Advance(&forgedHeader, forgedProof, next); err == nil {
				t.Errorf("%s: a forgery is accepted", name)
			}
		}
		client := lightClient(t, full)
		if err := client.Advance(header, proof, next); err != nil {
			t.Fatal(err)
		}
		if err := client.Advance(header, proof, next); !errors.Is(err, light.ErrHeader) {
			t.Errorf("the same header twice: %v", err)
		}
	})
}

package consensus

import (
	"fmt"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
)

func (b bench) decisionRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "decisions-convince-others", Statement: "The proof of every decision on every node verifies without an engine.", Check: b.decisionsConvinceOthers},
		{Name: "decisions-prove-nothing-else", Statement: "No proof of several validators verifies for another set, chain, height or header, or with one bit turned.", Check: b.decisionsProveNothingElse},
	}
}

// proofsOf decides a few times and takes the decisions of the chain of every node apart.
func (w *world) proofsOf(t conformance.T) (parts []proved) {
	t.Helper()
	if !w.make(t, demand).Capabilities().TransferableProof {
		t.Skipf("the engine's proofs convince nobody else")
	}
	for range 3 {
		w.decide(t, w.all()...)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, n := range w.nodes {
		for _, d := range n.decisions[1:] {
			header, err := chain.DecodeHeader(d.Proposal.Header)
			if err != nil {
				t.Fatalf("the header of height %d: %v", d.Proposal.Height, err)
			}
			parts = append(parts, proved{w.New().Verifier(verifyVote), identity, w.set(d.Proposal.Height), *header, d.Proof})
		}
	}
	return parts
}

func (b bench) decisionsConvinceOthers(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		for _, p := range w.proofsOf(t) {
			if p.proof.Kind != p.verifier.Kind() || p.proof.Epoch != p.set.Epoch || len(p.proof.Encode()) > chain.MaxProof {
				t.Errorf("%d nodes: a proof of kind %q, epoch %d and %d bytes", w.given.nodes, p.proof.Kind, p.proof.Epoch, len(p.proof.Encode()))
			}
			if err := p.verify(); err != nil {
				t.Errorf("%d nodes, height %d: %v", w.given.nodes, p.header.Height, err)
			}
		}
	})
}

func (b bench) decisionsProveNothingElse(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		parts := w.proofsOf(t)
		good, other := parts[0], parts[1]
		good.refuseAltered(t)
		swapped := good
		swapped.proof = other.proof
		swapped.refuse(t, "the proof of the next height")
		foreign := good
		foreign.identity[0] ^= 1
		foreign.refuse(t, "another chain")
		foreign.header.Chain = foreign.identity
		foreign.refuse(t, "another chain with its header")
		good.refuseSets(t)
	})
}

// refuseAltered turns every bit of the proof, and of the header.
func (p proved) refuseAltered(t conformance.T) {
	t.Helper()
	for bit := range 8 * len(p.proof.Bytes) {
		bad := p
		bad.proof.Bytes = flip(p.proof.Bytes, bit)
		bad.refuse(t, fmt.Sprintf("a proof with bit %d turned", bit))
	}
	encoding := p.header.Encode()
	for bit := range 8 * len(encoding) {
		header, err := chain.DecodeHeader(flip(encoding, bit))
		if err != nil {
			continue // it is not a header any more
		}
		bad := p
		bad.header = *header
		bad.refuse(t, fmt.Sprintf("a header with bit %d of its encoding turned", bit))
	}
}

// refuseSets asks about other validators.
func (p proved) refuseSets(t conformance.T) {
	t.Helper()
	members := p.set.Members
	last := len(members) - 1
	swapped := append([]chain.Validator(nil), members...)
	for i := range swapped {
		swapped[i].ConsensusKey = members[(i+1)%len(members)].ConsensusKey
	}
	heavy := append([]chain.Validator(nil), members...)
	heavy = append(heavy, newMember(200).Validator)
	for what, set := range map[string]chain.ValidatorSet{
		"nobody":                                {Epoch: p.set.Epoch},
		"a set of the next epoch":               {Epoch: p.set.Epoch + 1, Members: members},
		"a set without the last":                {Epoch: p.set.Epoch, Members: members[:last]},
		"a set with one more":                   {Epoch: p.set.Epoch, Members: heavy},
		"a set with keys in each other's place": {Epoch: p.set.Epoch, Members: swapped},
	} {
		bad := p
		bad.set = &set
		bad.refuse(t, what)
	}
}

package consensus

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func (b bench) proofRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "proof-verifies", Statement: "A decision's proof verifies with header, chain identity and validator set alone.", Check: b.proofVerifies},
		{Name: "altered-proof-refused", Statement: "A proof with any bit changed, or of another length, kind or epoch, is refused with ErrProof.", Check: b.alteredProofRefused},
		{Name: "altered-header-refused", Statement: "A proof does not verify for a header with any bit changed, or for another decision.", Check: b.alteredHeaderRefused},
		{Name: "foreign-chain-refused", Statement: "A proof does not verify for another chain, whatever its header says.", Check: b.foreignChainRefused},
		{Name: "foreign-set-refused", Statement: "A proof does not verify under another validator set.", Check: b.foreignSetRefused},
	}
}

// proved is one decision, taken apart.
type proved struct {
	verifier consensus.ProofVerifier
	identity chain.Hash
	set      *chain.ValidatorSet
	header   chain.Header
	proof    chain.Proof
}

func (p proved) verify() error {
	return p.verifier.Verify(p.identity, p.set, &p.header, p.header.Hash(hasher{}), p.proof)
}

func verifyDecision(verifier consensus.ProofVerifier, set *chain.ValidatorSet, d consensus.Decision) error {
	header, err := chain.DecodeHeader(d.Proposal.Header)
	if err != nil {
		return err
	}
	return proved{verifier, identity, set, *header, d.Proof}.verify()
}

// prove lets an engine decide twice and returns both decisions.
func (b bench) prove(t conformance.T) (first, second proved) {
	t.Helper()
	r := b.decide(t, 2)
	parts := make([]proved, 2)
	for i := range parts {
		header, err := chain.DecodeHeader(r.decisions[i+1].Proposal.Header)
		if err != nil {
			t.Fatalf("the header of height %d: %v", i+1, err)
		}
		// A value of the module that has never run: whoever verifies has no engine.
		parts[i] = proved{b.New().Verifier(verifyVote), identity, r.set, *header, r.decisions[i+1].Proof}
	}
	return parts[0], parts[1]
}

func (b bench) proofVerifies(t conformance.T) {
	first, second := b.prove(t)
	for i, p := range []proved{first, second} {
		if p.proof.Kind != p.verifier.Kind() || p.proof.Epoch != p.set.Epoch || len(p.proof.Encode()) > chain.MaxProof {
			t.Errorf("proof %d is of kind %q and epoch %d, the verifier reads %q, the set is of epoch %d",
				i, p.proof.Kind, p.proof.Epoch, p.verifier.Kind(), p.set.Epoch)
		}
		for range 2 {
			if err := p.verify(); err != nil {
				t.Errorf("proof %d: %v", i, err)
			}
		}
	}
}

// refuse checks that an altered decision is refused, and with the right error.
func (p proved) refuse(t conformance.T, what string) {
	t.Helper()
	cause, err := p.contained()
	switch {
	case cause != nil:
		t.Errorf("%s: panic: %v", what, cause)
	case err == nil:
		t.Errorf("%s is accepted", what)
	case !errors.Is(err, consensus.ErrProof):
		t.Errorf("%s is refused with %q, which is not ErrProof", what, err)
	}
}

func (p proved) contained() (cause any, err error) {
	defer func() { cause = recover() }()
	return nil, p.verify()
}

// flip returns a copy with one bit turned.
func flip(b []byte, bit int) []byte {
	changed := bytes.Clone(b)
	changed[bit/8] ^= 1 << (bit % 8)
	return changed
}

func (b bench) alteredProofRefused(t conformance.T) {
	good, _ := b.prove(t)
	for bit := range 8 * len(good.proof.Bytes) {
		bad := good
		bad.proof.Bytes = flip(good.proof.Bytes, bit)
		bad.refuse(t, fmt.Sprintf("a proof with bit %d turned", bit))
	}
	for size := range len(good.proof.Bytes) {
		bad := good
		bad.proof.Bytes = good.proof.Bytes[:size]
		bad.refuse(t, fmt.Sprintf("the first %d bytes of a proof", size))
	}
	longer := good
	longer.proof.Bytes = append(bytes.Clone(good.proof.Bytes), 0)
	longer.refuse(t, "a proof with a byte after it")
	huge := good
	huge.proof.Bytes = make([]byte, chain.MaxProof)
	huge.refuse(t, "a proof of a megabyte of zeros")
	for _, kind := range []string{"", "other/1", good.proof.Kind + " "} {
		bad := good
		bad.proof.Kind = kind
		bad.refuse(t, fmt.Sprintf("a proof of kind %q", kind))
	}
	for _, epoch := range []uint64{good.proof.Epoch + 1, ^uint64(0)} {
		bad := good
		bad.proof.Epoch = epoch
		bad.refuse(t, fmt.Sprintf("a proof of epoch %d", epoch))
	}
}

func (b bench) alteredHeaderRefused(t conformance.T) {
	good, other := b.prove(t)
	encoding := good.header.Encode()
	for bit := range 8 * len(encoding) {
		header, err := chain.DecodeHeader(flip(encoding, bit))
		if err != nil {
			continue // it is not a header any more
		}
		bad := good
		bad.header = *header
		bad.refuse(t, fmt.Sprintf("a header with bit %d of its encoding turned", bit))
	}
	swapped := good
	swapped.proof = other.proof
	swapped.refuse(t, "the proof of the next height")
}

func (b bench) foreignChainRefused(t conformance.T) {
	good, _ := b.prove(t)
	for bit := range 8 * chain.HashSize {
		bad := good
		bad.identity = chain.Hash(flip(good.identity[:], bit))
		bad.refuse(t, fmt.Sprintf("a chain whose identity differs in bit %d", bit))
		bad.header.Chain = bad.identity
		bad.refuse(t, fmt.Sprintf("a header and a chain whose identity differs in bit %d", bit))
	}
}

func (b bench) foreignSetRefused(t conformance.T) {
	good, _ := b.prove(t)
	member := good.set.Members[0]
	with := func(what string, set chain.ValidatorSet) {
		bad := good
		bad.set = &set
		bad.refuse(t, what)
	}
	for bit := range 8 * len(member.ConsensusKey.Bytes) {
		altered := member
		altered.ConsensusKey.Bytes = flip(member.ConsensusKey.Bytes, bit)
		with(fmt.Sprintf("a set whose key differs in bit %d", bit), chain.ValidatorSet{Epoch: good.set.Epoch, Members: []chain.Validator{altered}})
	}
	scheme := member
	scheme.ConsensusKey.Scheme = chain.SchemeP256
	stranger := newMember(2).Validator
	renamed := stranger
	renamed.ID = member.ID
	sets := map[string][]chain.Validator{
		"a set of nobody": nil, "a set of a stranger": {stranger}, "a set with a stranger's key": {renamed}, "a set with another scheme": {scheme},
	}
	for what, members := range sets {
		with(what, chain.ValidatorSet{Epoch: good.set.Epoch, Members: members})
	}
	with("the set of the next epoch", chain.ValidatorSet{Epoch: good.set.Epoch + 1, Members: good.set.Members})
}

package enginetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// identity is that of the chain.
var identity = chain.Hash{0x5b, 0xf7}

type sha struct{}

func (sha) Sum(parts ...[]byte) chain.Hash { return sha256.Sum256(bytes.Join(parts, nil)) }

func verifyVote(of chain.Hash, key chain.PublicKey, kind string, message, signature []byte) error {
	digest := chain.SigningHash(sha{}, chain.DomainVote, of, kind, message)
	if len(key.Bytes) != ed25519.PublicKeySize || !ed25519.Verify(key.Bytes, digest[:], signature) {
		return errors.New("the signature does not verify")
	}
	return nil
}

func genesisOf(set *chain.ValidatorSet) consensus.Decision {
	h := chain.Header{Rules: 1, Chain: identity, Time: 1, Validators: set.Hash(sha{}), NextValidators: set.Hash(sha{})}
	return consensus.Decision{Proposal: consensus.Proposal{Header: h.Encode()}}
}

// committed checks the invariants of every commit.
func (w *World) committed(n *Node, d consensus.Decision) {
	header, err := chain.DecodeHeader(d.Proposal.Header)
	if err != nil {
		w.t.Errorf("node %d commits a header that does not decode: %v", n.Index, err)
		return
	}
	hash := header.Hash(sha{})
	w.mutex.Lock()
	first, known := w.headers[header.Height]
	if !known {
		w.headers[header.Height] = hash
	}
	set := w.set(header.Height)
	w.mutex.Unlock()
	if known && first != hash {
		w.t.Errorf("FORK at height %d: node %d has %s, another %s", header.Height, n.Index, hash, first)
	}
	if err := w.given.Module.Verifier(verifyVote).Verify(identity, set, header, hash, d.Proof); err != nil {
		w.t.Errorf("node %d, height %d: %v", n.Index, header.Height, err)
	}
}

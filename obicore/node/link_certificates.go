package node

import (
	"context"
	"errors"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// receiveStated takes a batch with its sender's statement: it is checked now, or held for
// the statements of those who do.
func (l *link) receiveStated(from chain.NodeID, message []byte) {
	stated, err := dissemination.DecodeStated(message)
	if err != nil {
		l.pass(from, nil, nil, err)
		return
	}
	claimed, good := l.claimed(stated)
	ruling := l.decidingRuling()
	if _, member := ruling.Validators.Member(from); !good || !member || !l.certifies(ruling) {
		l.receivePlain(from, stated.Wires(), nil)
		return
	}
	root := dissemination.CheckedRoot(l.suite, claimed)
	checkers := dissemination.Checkers(ruling.Validators, from, root, faultsOf(len(ruling.Validators.Members)))
	if slices.Contains(checkers, l.options.Self) {
		l.checkStated(from, ruling, claimed, root)
		return
	}
	if !l.holds(from, root, claimed, checkers, stated.Signature) {
		l.receivePlain(from, stated.Wires(), nil)
	}
}

// claimed decodes a stated batch. It is not good when this node would not admit all of
// it whatever the signatures are, or when statements do not tell all that they yield.
func (l *link) claimed(stated *dissemination.Stated) (claimed []chain.Verified, good bool) {
	claimed = make([]chain.Verified, len(stated.Claims))
	for i := range stated.Claims {
		c := &stated.Claims[i]
		t, err := l.admit(c.Wire)
		if err != nil || !dissemination.Certifiable(t) {
			return nil, false
		}
		claimed[i] = chain.Verified{Transaction: t, Sender: c.Sender, Payer: c.Payer}
	}
	return claimed, l.HaltReason() == nil
}

// holds keeps a batch until it is certified; false says that this node should check it
// now: it relies on nobody, there is no room, or a checker is out of reach and would only
// cost patience.
func (l *link) holds(from chain.NodeID, root chain.Hash, claimed []chain.Verified, checkers []chain.NodeID, signature []byte) bool {
	if l.options.Checks != ChecksCertified || l.known(claimed) {
		return false
	}
	signature = slices.Clone(signature) // it aliases the message
	l.mutex.Lock()
	held := l.certificates.Holds(root)
	if held { // what two peers send waits once
		l.certificates.Note(from, dissemination.Signed{Root: root, Signature: signature})
	} else if !slices.ContainsFunc(checkers, func(id chain.NodeID) bool { return !l.reached[id] }) {
		h := &dissemination.Held{From: from, Root: root, Transactions: claimed}
		held = l.certificates.Hold(h, signature, l.options.Clock.Now())
	}
	l.mutex.Unlock()
	if held {
		l.certify(root)
		wake(l.wakeCertificates)
	}
	return held
}

// known reports whether nothing is left to be checked of a batch.
func (l *link) known(batch []chain.Verified) bool {
	for i := range batch {
		_, checked := l.verified.get(batch[i].Raw)
		if _, relied := l.relied.get(batch[i].Raw); !checked && !relied {
			return false
		}
	}
	return true
}

// receiveStatement takes what a peer says of a batch.
func (l *link) receiveStatement(from chain.NodeID, m *dissemination.Signed) {
	if _, member := l.deciding().Member(from); !member || l.options.Checks != ChecksCertified {
		return
	}
	m.Signature = slices.Clone(m.Signature) // it aliases the message
	l.mutex.Lock()
	l.certificates.Note(from, *m)
	l.mutex.Unlock()
	l.certify(m.Root)
}

// certify looks whether f+1 validators of the set in force have stated a held batch, and
// takes its signatures for checked then. Signatures under statements cost too much for
// the mutex.
func (l *link) certify(root chain.Hash) {
	ruling := l.decidingRuling()
	enough := faultsOf(len(ruling.Validators.Members)) + 1
	l.mutex.Lock()
	h, signatures := l.certificates.Signatures(root, enough)
	l.mutex.Unlock()
	if h == nil || !l.certifies(ruling) {
		return
	}
	digest := l.statementDigest(ruling, root, len(h.Transactions))
	for from, signature := range signatures {
		if err := l.checkStatement(ruling.Validators, from, digest, signature); err != nil {
			l.log.Debug("statement refused", "from", from, "reason", err)
			delete(signatures, from)
			l.mutex.Lock()
			l.certificates.Refuse(h, from)
			l.mutex.Unlock()
		}
	}
	if len(signatures) < enough {
		return
	}
	l.mutex.Lock()
	certified := l.certificates.Certify(h)
	l.mutex.Unlock()
	if certified {
		l.rely(h.Transactions)
		wake(l.wakeCertificates)
	}
}

// rely takes signatures for checked that enough others have checked.
func (l *link) rely(batch []chain.Verified) {
	l.metrics.certified.Inc()
	for _, t := range batch {
		if _, checked := l.verified.get(t.Raw); !checked {
			l.relied.put(t)
			l.metrics.relied.Inc()
		}
	}
}

// checkStatement checks that a member of a set has signed a statement.
func (l *link) checkStatement(set *chain.ValidatorSet, from chain.NodeID, digest chain.Hash, signature []byte) error {
	member, ok := set.Member(from)
	if !ok {
		return errors.New("its signer is no validator now")
	}
	return l.verifyDigest(member.ConsensusKey, digest, signature)
}

// runCertificates pools what has been held, when it is certified or patience ends.
func (l *link) runCertificates(ctx context.Context) {
	for ctx.Err() == nil {
		l.mutex.Lock()
		h := l.certificates.Take(l.options.Clock.Now())
		at := l.certificates.Wake()
		expired := h != nil && !h.Checked
		l.mutex.Unlock()
		if h != nil {
			l.release(h, expired)
			continue
		}
		due, free := l.timer(at)
		select {
		case <-ctx.Done():
		case <-l.wakeCertificates:
		case <-due:
		}
		free()
	}
}

// release pools what has been held of a peer, and checks it first when nobody else has.
func (l *link) release(h *dissemination.Held, expired bool) {
	if !expired {
		l.adopt(h.Transactions, make([]error, len(h.Transactions)))
		return
	}
	l.metrics.expired.Inc()
	checked, errs := l.verifyAll(context.Background(), transactionsOf(h.Transactions))
	if fault := faultOf(h.Transactions, checked, errs); fault != nil {
		l.shun(h.From, fault)
	}
	l.adopt(checked, errs)
}

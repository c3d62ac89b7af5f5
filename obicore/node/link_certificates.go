package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// certifiedLinger is how long a transaction waits for company in a batch that is stated:
// a statement costs the same for few and for many.
const certifiedLinger = 25 * time.Millisecond

// bulkMessages returns what carries a batch that clients have given to this node: with
// its statement where that is worth it, and plain what it cannot state.
func (l *link) bulkMessages(batch []chain.Verified) (messages [][]byte) {
	rest := batch
	if ruling := l.decidingRuling(); l.options.Checks == Certified && l.certifies(ruling) {
		own, others := l.checkedHere(batch)
		if len(own) > 0 && len(own) >= l.options.StateFrom {
			if signature := l.sign(ruling, dissemination.CheckedRoot(l.suite, own), len(own)); signature != nil {
				messages, rest = append(messages, dissemination.NewStated(signature, own).Encode()), others
			}
		}
	}
	if len(rest) > 0 {
		messages = append(messages, dissemination.EncodeTransactions(rest))
	}
	return messages
}

// certifies reports whether this node's statements mean anything: it is one of so many
// validators that some of them may be faulty.
func (l *link) certifies(ruling *Ruling) bool {
	_, member := ruling.Validators.Member(l.options.Self)
	return member && l.participation.fault() == consensus.BFT && faultsOf(len(ruling.Validators.Members)) > 0
}

// checkedHere divides a batch into what this node can state and the rest. What it has
// relied on itself it has not checked, though a client gave it as well.
func (l *link) checkedHere(batch []chain.Verified) (own, others []chain.Verified) {
	for _, t := range batch {
		if _, checked := l.verified.get(t.Wire); checked && dissemination.Certifiable(t.Transaction) {
			own = append(own, t)
		} else {
			others = append(others, t)
		}
	}
	return own, others
}

// sign makes this node's signature under a statement about a batch; nil when its key does
// not sign.
func (l *link) sign(ruling *Ruling, root chain.Hash, count int) []byte {
	keys, err := l.options.keysFor(ruling.Validators)
	if err == nil {
		var signature []byte
		if signature, err = keys.Signer.Sign(l.statementDigest(ruling, root, count)); err == nil {
			return signature
		}
	}
	l.log.Warn("others must check a batch that this node has checked: it cannot state it", "transactions", count, "reason", err)
	return nil
}

func (l *link) statementDigest(ruling *Ruling, root chain.Hash, count int) chain.Hash {
	statement := dissemination.Statement{Set: ruling.set, Root: root, Count: uint64(count)} //nolint:gosec // it is a length
	return statement.Digest(l.suite, l.identity)
}

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

// errClaim says that a peer states what its batch does not yield.
var errClaim = errors.New("it states another sender or payer than the signatures yield")

// checkStated checks a batch that others wait for, and tells them before it pools it: a
// leader proposes what it pools.
func (l *link) checkStated(from chain.NodeID, ruling *Ruling, claimed []chain.Verified, root chain.Hash) {
	checked, errs := l.verifyOwn(transactionsOf(claimed))
	fault := faultOf(claimed, checked, errs)
	if fault == nil {
		if signature := l.sign(ruling, root, len(checked)); signature != nil {
			l.tellStatement(from, ruling, &dissemination.Signed{Root: root, Signature: signature})
		}
	}
	l.pass(from, checked, errs, fault)
}

// faultOf compares what a peer has stated with what checking comes to.
func faultOf(claimed, checked []chain.Verified, errs []error) error {
	for i := range claimed {
		switch {
		case errs[i] != nil:
			return errs[i]
		case claimed[i].Sender != checked[i].Sender || claimed[i].Payer != checked[i].Payer:
			return fmt.Errorf("%w: transaction %s", errClaim, claimed[i].ID)
		}
	}
	return nil
}

func transactionsOf(batch []chain.Verified) []*chain.Transaction {
	transactions := make([]*chain.Transaction, len(batch))
	for i := range batch {
		transactions[i] = batch[i].Transaction
	}
	return transactions
}

// tellStatement hands a statement to the validators who may wait for it.
func (l *link) tellStatement(first chain.NodeID, ruling *Ruling, m *dissemination.Signed) {
	message := m.Encode()
	for i := range ruling.Validators.Members {
		if id := ruling.Validators.Members[i].ID; id != l.options.Self && id != first {
			l.send(id, network.Sync, message)
		}
	}
}

// holds keeps a batch until it is certified; false says that this node should check it
// now: it relies on nobody, there is no room, or a checker is out of reach and would only
// cost patience.
func (l *link) holds(from chain.NodeID, root chain.Hash, claimed []chain.Verified, checkers []chain.NodeID, signature []byte) bool {
	if l.options.Checks != Certified || l.known(claimed) {
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
		_, checked := l.verified.get(batch[i].Wire)
		if _, relied := l.relied.get(batch[i].Wire); !checked && !relied {
			return false
		}
	}
	return true
}

// receiveStatement takes what a peer says of a batch.
func (l *link) receiveStatement(from chain.NodeID, m *dissemination.Signed) {
	if _, member := l.deciding().Member(from); !member || l.options.Checks != Certified {
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
		if _, checked := l.verified.get(t.Wire); !checked {
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
	scheme, err := l.suite.Scheme(member.ConsensusKey.Scheme)
	if err != nil {
		return err
	}
	return scheme.Verify(member.ConsensusKey, digest, signature)
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
	checked, errs := l.verifyAll(transactionsOf(h.Transactions))
	if fault := faultOf(h.Transactions, checked, errs); fault != nil {
		l.shun(h.From, fault)
	}
	l.adopt(checked, errs)
}

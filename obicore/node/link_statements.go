package node

import (
	"context"
	"errors"
	"fmt"
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
	if ruling := l.decidingRuling(); l.options.Checks == ChecksCertified && l.certifies(ruling) {
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
		if _, checked := l.verified.get(t.Raw); checked && dissemination.Certifiable(t.Transaction) {
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

// errClaim says that a peer states what its batch does not yield.
var errClaim = errors.New("it states another sender or payer than the signatures yield")

// checkStated checks a batch that others wait for, and tells them before it pools it: a
// leader proposes what it pools.
func (l *link) checkStated(from chain.NodeID, ruling *Ruling, claimed []chain.Verified, root chain.Hash) {
	checked, errs := l.verifyOwn(context.Background(), transactionsOf(claimed))
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

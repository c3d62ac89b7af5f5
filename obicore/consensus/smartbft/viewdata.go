package smartbft

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// viewData is what a node tells the leader of the next view, taken apart.
type viewData struct {
	signed   *protos.SignedViewData
	next     uint64
	last     metadata // of its last decision; zero at genesis
	inFlight *metadata
	proposal *protos.Proposal // in flight
	prepared bool
}

// decodeViewData takes apart what the engine trusts to be well formed: an inner
// message that is not would stop the process.
func decodeViewData(signed *protos.SignedViewData) (v viewData, err error) {
	inner := &protos.ViewData{}
	if err := proto.Unmarshal(signed.GetRawViewData(), inner); err != nil {
		return v, fmt.Errorf("view data: %w", err)
	}
	if inner.GetLastDecision() == nil {
		return v, errors.New("view data without a last decision")
	}
	v = viewData{signed: signed, next: inner.GetNextView(), prepared: inner.GetInFlightPrepared()}
	if v.last, err = decodeMetadata(inner.GetLastDecision().GetMetadata()); err != nil {
		return v, err
	}
	if err := ofOneRound(inner.GetLastDecisionSignatures()); err != nil {
		return v, err
	}
	proposal := inner.GetInFlightProposal()
	if proposal == nil {
		return v, nil
	}
	if len(proposal.GetMetadata()) == 0 {
		return v, errors.New("view data: a proposal in flight without metadata")
	}
	m, err := decodeMetadata(proposal.GetMetadata())
	v.inFlight, v.proposal = &m, proposal
	return v, err
}

// viewOf is the view that view data are for; it has been decoded before.
func viewOf(signed *protos.SignedViewData) uint64 {
	v, err := decodeViewData(signed)
	if err != nil {
		return math.MaxUint64
	}
	return v.next
}

// ofOneRound refuses votes that prove no decision: SmartBFT only counts them.
func ofOneRound(votes []*protos.Signature) error {
	var first voted
	for n, vote := range votes {
		said, err := decodeVoted(vote.GetMsg())
		if err != nil {
			return fmt.Errorf("view data: %w", err)
		}
		if n == 0 {
			first = said
		}
		if said.round != first.round {
			return fmt.Errorf("view data with votes of the rounds %d and %d for one decision", first.round, said.round)
		}
	}
	return nil
}

// decodeNewView refuses a new view that names a signer twice. The engine skips the
// second in its checks and counts it all the same when it looks for a proposal in
// flight, so that a faulty leader could make up a quorum.
func decodeNewView(m *protos.NewView) ([]viewData, error) {
	if n := len(m.GetSignedViewData()); n == 0 || n > chain.MaxValidators {
		return nil, fmt.Errorf("new view with %d view data", n)
	}
	seen := make(map[uint64]bool)
	var all []viewData
	for _, signed := range m.GetSignedViewData() {
		v, err := decodeViewData(signed)
		switch {
		case err != nil:
			return nil, err
		case seen[signed.GetSigner()]:
			return nil, fmt.Errorf("new view with two view data of node %d", signed.GetSigner())
		case len(all) > 0 && v.next != all[0].next:
			return nil, fmt.Errorf("new view of views %d and %d", all[0].next, v.next)
		}
		seen[signed.GetSigner()] = true
		all = append(all, v)
	}
	return all, nil
}

// admitNewView verifies what the engine does not. It takes up a new view again that
// it has installed already ([ofInterest]), and stops the process over a proposal in flight that the
// chain has left behind. And it leaves the signatures of nodes unverified that are
// not ahead of this one; of those that are it verifies them after it has caught up.
func (i *instance) admitNewView(m *protos.NewView) error {
	all, err := decodeNewView(m)
	if err != nil {
		return err
	}
	tip, members := i.engine.height(), i.engine.membersNow()
	if last := highest(all); tip > last+1 {
		return fmt.Errorf("a new view on height %d while the chain is at %d", last, tip)
	}
	for _, v := range all {
		if v.last.height <= tip {
			if err := i.verifyViewData(members, v.signed); err != nil {
				return err
			}
		}
	}
	return i.engine.begin(all, members)
}

// begin takes what a new view says becomes of the next height. SmartBFT takes a second one
// for the same view, as long as the first has not started, or after a fault; from a leader
// that carries a proposal over in the one and none in the other, nodes that take both
// would decide what was carried over and what the view then decides.
func (e *engine) begin(all []viewData, members *members) error {
	height := highest(all) + 1
	if voted := e.endorsed.latest(); voted > height {
		return fmt.Errorf("a new view on height %d while this node has voted at height %d", height-1, voted)
	}
	survivor, ok := outcome(all, height, members)
	if !ok {
		return fmt.Errorf("no view %d can come of %d view data", all[0].next, len(all))
	}
	said := sha256.Sum256(fmt.Appendf(nil, "%d %s", height, survivor))
	return e.begun.take(metadata{view: all[0].next, height: e.height() + 1}, said)
}

func (i *instance) verifyViewData(members *members, signed *protos.SignedViewData) error {
	member := members.member[signed.GetSigner()]
	if member == nil {
		return fmt.Errorf("view data of node %d, which is no validator", signed.GetSigner())
	}
	if err := i.host.Verify(member.ConsensusKey, viewKind, signed.GetRawViewData(), signed.GetSignature()); err != nil {
		return fmt.Errorf("view data of %s: %w", member.ID, err)
	}
	return nil
}

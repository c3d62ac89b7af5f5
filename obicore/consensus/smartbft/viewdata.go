package smartbft

import (
	"errors"
	"fmt"

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
	proposal := inner.GetInFlightProposal()
	if proposal == nil {
		return v, nil
	}
	if len(proposal.GetMetadata()) == 0 {
		return v, errors.New("view data: a proposal in flight without metadata")
	}
	m, err := decodeMetadata(proposal.GetMetadata())
	v.inFlight = &m
	return v, err
}

// checkNewView refuses a new view that names a signer twice. The engine skips the
// second in its checks and counts it all the same when it looks for a proposal in
// flight, so that a faulty leader could make up a quorum.
func checkNewView(m *protos.NewView) error {
	_, err := decodeNewView(m)
	return err
}

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
// it has installed already, and stops the process over a proposal in flight that the
// chain has left behind. And it leaves the signatures of nodes unverified that are
// not ahead of this one; of those that are it verifies them after it has caught up.
func (i *instance) admitNewView(m *protos.NewView) error {
	all, err := decodeNewView(m)
	if err != nil {
		return err
	}
	tip, members := i.engine.height(), i.engine.membersNow()
	if installed := i.views.now().current.view; all[0].next <= installed {
		return fmt.Errorf("view %d while view %d is installed", all[0].next, installed)
	}
	var highest uint64
	for _, v := range all {
		highest = max(highest, v.last.height)
	}
	if tip > highest+1 {
		return fmt.Errorf("a new view on height %d while the chain is at %d", highest, tip)
	}
	for _, v := range all {
		if v.last.height <= tip {
			if err := i.verifyViewData(members, v.signed); err != nil {
				return err
			}
		}
	}
	return nil
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

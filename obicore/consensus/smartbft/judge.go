package smartbft

import (
	"context"
	"errors"
	"fmt"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// errRetired is what a retired instance answers.
var errRetired = errors.New("smartbft: this run of the engine has ended")

// judge is what SmartBFT asks about proposals, votes and requests.
type judge struct{ *instance }

// VerifyProposal implements api.Verifier.
func (j judge) VerifyProposal(p types.Proposal) ([]types.RequestInfo, error) {
	if j.retired.Load() || !j.calls.Enter() {
		<-j.ctx.Done() // an error would make SmartBFT complain
		return nil, errRetired
	}
	defer j.calls.Leave()
	proposal, m, err := outward(p)
	if err != nil {
		return nil, err
	}
	if tip := j.engine.height(); m.height != tip+1 {
		return nil, fmt.Errorf("%w: height %d after %d", consensus.ErrProposal, m.height, tip)
	}
	if err := j.judging.with(j.ctx, func(ctx context.Context) error { return j.check(ctx, proposal) }); err != nil {
		return nil, err
	}
	hash, err := j.host.HeaderHash(proposal)
	if err != nil {
		return nil, err
	}
	if err := j.engine.accepted.take(m, hash); err != nil {
		return nil, err
	}
	return []types.RequestInfo{demandInfo(m.height)}, nil
}

// RequestsFromProposal implements api.Verifier: a block meets the demand for it.
func (j judge) RequestsFromProposal(p types.Proposal) []types.RequestInfo {
	m, err := decodeMetadata(p.Metadata)
	if err != nil {
		return nil
	}
	return []types.RequestInfo{demandInfo(m.height)}
}

// VerifyConsenterSig implements api.Verifier.
func (j judge) VerifyConsenterSig(signature types.Signature, p types.Proposal) ([]byte, error) {
	if !j.calls.Enter() {
		return nil, errRetired
	}
	defer j.calls.Leave()
	proposal, m, err := outward(p)
	if err != nil {
		return nil, err
	}
	hash, err := j.host.HeaderHash(proposal)
	if err != nil {
		return nil, err
	}
	_, _, err = j.endorsement(signature, m, hash)
	return nil, err
}

// endorsement checks a vote for a proposal and returns it as it stands in a proof, with its
// round; the caller is inside the guard.
func (i *instance) endorsement(signature types.Signature, m metadata, hash chain.Hash) (e consensus.Endorsement, round uint64, err error) {
	said, err := decodeVoted(signature.Msg)
	if err != nil {
		return e, 0, err
	}
	e = consensus.Endorsement{Signature: signature.Value, Export: said.export}
	members := i.engine.membersAt(m.height)
	switch {
	case said.hash != hash:
		return e, 0, fmt.Errorf("a vote for header %s, the proposal's is %s", said.hash, hash)
	case said.round < m.view:
		return e, 0, fmt.Errorf("a vote in round %d for a proposal of view %d", said.round, m.view)
	case members == nil:
		return e, 0, fmt.Errorf("the validators of height %d are not known", m.height)
	case members.member[signature.ID] == nil:
		return e, 0, fmt.Errorf("node %d is no validator at height %d", signature.ID, m.height)
	}
	vote := consensus.Vote{Height: m.height, Round: said.round, Hash: hash}
	return e, said.round, i.host.CheckEndorsement(members.member[signature.ID], commitKind, vote, e)
}

// VerifySignature implements api.Verifier: SmartBFT asks it about view data.
func (j judge) VerifySignature(signature types.Signature) error {
	if !j.calls.Enter() {
		return errRetired
	}
	defer j.calls.Leave()
	member := j.engine.membersNow().member[signature.ID]
	if member == nil {
		return fmt.Errorf("node %d is no validator", signature.ID)
	}
	return j.host.Verify(member.ConsensusKey, viewKind, signature.Msg, signature.Value)
}

// VerifyRequest implements api.Verifier.
func (j judge) VerifyRequest(request []byte) (types.RequestInfo, error) {
	height, ok := demandHeight(request)
	if !ok {
		return types.RequestInfo{}, fmt.Errorf("%w: %d bytes that are no demand", consensus.ErrMessage, len(request))
	}
	return demandInfo(height), nil
}

// RequestID implements api.RequestInspector.
func (j judge) RequestID(request []byte) types.RequestInfo {
	info, _ := j.VerifyRequest(request)
	return info
}

// VerificationSequence implements api.Verifier: requests never become invalid.
func (judge) VerificationSequence() uint64 { return 0 }

// AuxiliaryData implements api.Verifier: votes have none.
func (judge) AuxiliaryData([]byte) []byte { return nil }

package smartbft

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"
	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// votes is what this instance has said, so that its view data and its votes do not
// contradict each other: SmartBFT stops a view only after it has reported on it.
type votes struct {
	mutex    sync.Mutex
	voted    metadata // the last vote's
	round    uint64   // of that vote
	promised uint64   // no new vote is made in a view before
}

// report is called before view data are signed; false when they hide a vote.
func (v *votes) report(data viewData) bool {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	hidden := v.voted.height == data.last.height+1 && v.voted.view < data.next
	if hidden && (data.inFlight == nil || !data.prepared || *data.inFlight != v.voted) {
		return false
	}
	v.promised = max(v.promised, data.next)
	return true
}

func (v *votes) last() metadata {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.voted
}

// forget is called when what this node has voted for is dead.
func (v *votes) forget(m metadata) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.voted == m {
		v.voted, v.round = metadata{}, 0
	}
}

// left reports whether no vote was made for a proposal and none will be: its view has been
// left.
func (v *votes) left(m metadata) bool {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.promised > m.view && v.voted != m
}

// errRoundLeft says why there is no vote: view data have promised none.
var errRoundLeft = errors.New("this node has left the round")

// vote is called before a vote in a round for a proposal; an error when the round has been left.
// The last vote may be made again, as a view does that SmartBFT starts again after a sync: view
// data have told it.
func (v *votes) vote(m metadata, round uint64) error {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if again := v.voted == m && v.round == round; round < v.promised && !again {
		return fmt.Errorf("%w for view %d", errRoundLeft, v.promised)
	}
	v.voted, v.round = m, round
	return nil
}

// Sign implements api.Signer: SmartBFT signs only its view data so.
func (i *instance) Sign(raw []byte) []byte {
	data, err := decodeViewData(&protos.SignedViewData{RawViewData: raw})
	if err != nil {
		// The others refuse them. Started anew from the tip, it has a proof of its last decision.
		i.fail(fmt.Errorf("%w: its own view data are malformed: %w", errFault, err))
		return nil
	}
	if i.retired.Load() || i.engine.care.recall && i.recall(data) {
		return nil
	}
	if !i.votes.report(data) {
		// Without this node's word the others may not be able to tell what was decided:
		// started anew, it remembers its vote from the log.
		i.fail(fmt.Errorf("%w: it has forgotten the vote at height %d in view %d", errFault, data.last.height+1, i.votes.last().view))
		return nil
	}
	if !i.calls.Enter() {
		return nil
	}
	defer i.calls.Leave()
	signature, err := i.host.Sign(viewKind, raw)
	if err != nil {
		i.engine.logf(slog.LevelError, "smartbft: view data cannot be signed, so that this node takes no part in the change of view: %v", err)
		i.engine.show(err)
	}
	i.impasse.hear(data.next, &protos.SignedViewData{RawViewData: raw, Signer: i.self, Signature: signature})
	return signature
}

// SignProposal implements api.Signer. A signature without value is one that the
// host has refused; it is not sent and not part of a proof.
func (i *instance) SignProposal(p types.Proposal, auxiliary []byte) *types.Signature {
	proposal, m, err := outward(p)
	// Only the vote for a proposal that a new view carries over comes without auxiliary
	// data. A view that SmartBFT starts again after it counts the votes of that new view.
	inFlight, round := auxiliary == nil, uint64(0)
	if inFlight {
		round = i.views.carryInto(m) // before a commit may be counted
	} else {
		round = i.views.now().carried.roundAt(position{m.view, m.height})
	}
	made := types.Signature{ID: i.self}
	if err == nil {
		made = i.sign(proposal, m, round)
	}
	if inFlight {
		i.keepCarried(p, m, made)
	} else {
		i.sealVote(p, m.height)
	}
	return &made
}

func (i *instance) sign(proposal consensus.Proposal, m metadata, round uint64) types.Signature {
	made := types.Signature{ID: i.self}
	if i.retired.Load() || !i.calls.Enter() {
		return made
	}
	defer i.calls.Leave()
	err := i.check(i.ctx, proposal)
	if err == nil {
		err = i.votes.vote(m, round)
	}
	if err == nil {
		made, err = i.endorse(proposal, m, round)
	}
	switch {
	case errors.Is(err, errRoundLeft):
		i.engine.logf(slog.LevelInfo, "smartbft: no vote for height %d in view %d: %v", m.height, round, err)
	case err != nil:
		i.engine.logf(slog.LevelError, "smartbft: no vote for height %d in view %d: %v", m.height, round, err)
		if errors.Is(err, consensus.ErrDoubleSign) {
			i.engine.show(err)
		}
	}
	return made
}

func (i *instance) endorse(proposal consensus.Proposal, m metadata, round uint64) (types.Signature, error) {
	hash, err := i.host.HeaderHash(proposal)
	if err == nil {
		err = i.engine.endorsed.take(metadata{view: round, height: m.height}, hash)
	}
	if err != nil {
		return types.Signature{ID: i.self}, err
	}
	endorsement, err := i.host.Endorse(commitKind, consensus.Vote{Height: m.height, Round: round, Hash: hash})
	if err != nil {
		return types.Signature{ID: i.self}, err
	}
	return signatureOf(i.self, hash, round, endorsement), nil
}

package simplex

import (
	"cmp"
	"log/slog"
	"slices"
	"time"

	upstream "github.com/ava-labs/simplex"
)

// belated gathers finalize votes for blocks that were notarized when a quorum had already
// voted to leave their rounds: nobody may finalize such a block, until one on top of it is
// final. Simplex sends its votes for it only when a round is over time, and does not count
// its own, so that nodes of which all are needed could go on from round to round and
// decide nothing ever again.
type belated struct {
	sent  time.Time                                         // of this node's votes; tick's
	votes map[upstream.Digest]map[string]upstream.Signature // by signer; dispatch's
	own   chan upstream.FinalizeVote                        // from tick to dispatch
}

// maxBelated bounds the blocks that are voted for at a time, the oldest first.
const maxBelated = roundWindow

func newBelated() belated {
	return belated{votes: make(map[upstream.Digest]map[string]upstream.Signature), own: make(chan upstream.FinalizeVote, maxBelated)}
}

// late returns the notarized blocks after the last indexed one that are final by what
// stands on them and have no finalization of their own, the oldest first.
func (t *ancestry) late(last upstream.BlockHeader) (headers []upstream.BlockHeader) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for digest, a := range t.known {
		if _, final := t.final[digest]; final || !a.notarized || a.block.header.Seq <= last.Seq {
			continue
		}
		for _, f := range t.final {
			if t.onTop(f, a.block.header) {
				headers = append(headers, a.block.header)
				break
			}
		}
	}
	slices.SortFunc(headers, func(a, b upstream.BlockHeader) int { return cmp.Compare(a.Seq, b.Seq) })
	return headers[:min(len(headers), maxBelated)]
}

// voteLate signs and sends finalize votes for such blocks, again and again until they are
// decided.
func (i *instance) voteLate(now time.Time) {
	b := &i.belated
	if !i.engine.care.belated || now.Sub(b.sent) < i.engine.timing.rebroadcast {
		return
	}
	b.sent = now
	for _, header := range i.ancestry.late(i.ledger.last().header) {
		vote := upstream.FinalizeVote{Finalization: upstream.ToBeSignedFinalization{BlockHeader: header}}
		value, err := vote.Finalization.Sign(signer{i})
		if err != nil || value == nil {
			continue
		}
		vote.Signature = upstream.Signature{Signer: idOf(i.engine.self), Value: value}
		network{i}.Broadcast(&upstream.Message{FinalizeVote: &vote})
		select {
		case b.own <- vote:
		default: // dispatch has not come to the last ones yet
		}
	}
}

// countLate counts a vote for such a block, and gives Simplex the finalization when there
// are enough.
func (i *instance) countLate(vote *upstream.FinalizeVote) {
	header := vote.Finalization.BlockHeader
	if header.Seq <= i.ledger.last().header.Seq {
		delete(i.belated.votes, header.Digest)
		return
	}
	if !i.engine.care.belated || i.ancestry.isFinal(header.Digest) || !i.ancestry.passed(header) || vote.Finalization.Verify(vote.Signature.Value, i, vote.Signature.Signer) != nil {
		return
	}
	votes := i.belated.votes[header.Digest]
	if votes == nil {
		if votes = make(map[string]upstream.Signature); len(i.belated.votes) < 2*maxBelated {
			i.belated.votes[header.Digest] = votes
		}
	}
	votes[string(vote.Signature.Signer)] = vote.Signature
	made := aggregator{i}
	var signers []upstream.NodeID
	var signatures []upstream.Signature
	for _, s := range votes {
		signers, signatures = append(signers, s.Signer), append(signatures, s)
	}
	if !made.IsQuorum(signers) {
		return
	}
	certificate, err := made.Aggregate(signatures)
	if err != nil {
		i.engine.logf(slog.LevelWarn, "simplex: votes for block %s of round %d: %v", header.Digest, header.Round, err)
		return
	}
	delete(i.belated.votes, header.Digest)
	i.engine.logf(slog.LevelInfo, "simplex: round %d, which was left, is finalized by what stands on its block", header.Round)
	i.hand(&upstream.Message{Finalization: &upstream.Finalization{Finalization: vote.Finalization, QC: certificate}}, i.anyOther())
}

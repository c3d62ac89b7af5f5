package simplex

import (
	"errors"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// maxResponse bounds the blocks in one response in bytes, but for the first.
const maxResponse = 8 << 20

// errUnsent is what keeps a message from being sent: a vote that was refused, or a
// block that has no content and no place outside this node.
var errUnsent = errors.New("simplex: not to be sent")

// encodeMessage returns the kind and content of a message's frame.
func encodeMessage(m *upstream.Message) (kind uint64, content []byte, err error) {
	switch {
	case m.VerifiedBlockMessage != nil:
		kind = frameBlock
		content, err = encodeProposal(m.VerifiedBlockMessage.VerifiedBlock, &m.VerifiedBlockMessage.Vote)
	case m.VoteMessage != nil:
		kind = frameVote
		content, err = encodeVote(m.VoteMessage.Vote.BlockHeader, m.VoteMessage.Signature)
	case m.EmptyVoteMessage != nil:
		kind = frameEmptyVote
		content, err = appendSignature(rlp.AppendUint64(nil, m.EmptyVoteMessage.Vote.Round), m.EmptyVoteMessage.Signature)
	case m.FinalizeVote != nil:
		kind = frameFinalizeVote
		content, err = encodeVote(m.FinalizeVote.Finalization.BlockHeader, m.FinalizeVote.Signature)
	case m.Notarization != nil:
		kind = frameNotarization
		content = encodeNotarization(m.Notarization)
	case m.EmptyNotarization != nil:
		kind = frameEmptyNotarization
		content = encodeEmptyNotarization(m.EmptyNotarization)
	case m.Finalization != nil:
		kind = frameFinalization
		content, err = encodeFinalization(m.Finalization)
	case m.ReplicationRequest != nil:
		kind = frameRequest
		content = encodeRequest(m.ReplicationRequest)
	case m.VerifiedReplicationResponse != nil:
		kind = frameResponse
		content, err = encodeResponse(m.VerifiedReplicationResponse)
	case m.BlockDigestRequest != nil:
		kind = frameDigestRequest
		content = rlp.AppendBytes(rlp.AppendUint64(nil, m.BlockDigestRequest.Seq), m.BlockDigestRequest.Digest[:])
	default:
		err = errUnsent
	}
	return kind, content, err
}

func appendSignature(p []byte, s upstream.Signature) ([]byte, error) {
	if len(s.Value) == 0 {
		return nil, errUnsent
	}
	return rlp.AppendBytes(rlp.AppendBytes(p, s.Signer), s.Value), nil
}

func encodeVote(h upstream.BlockHeader, s upstream.Signature) ([]byte, error) {
	return appendSignature(rlp.AppendBytes(nil, h.Bytes()), s)
}

func encodeProposal(b upstream.VerifiedBlock, v *upstream.Vote) ([]byte, error) {
	p, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	vote, err := encodeVote(v.Vote.BlockHeader, v.Signature)
	return append(p, vote...), err
}

func encodeNotarization(n *upstream.Notarization) []byte {
	return append(rlp.AppendBytes(nil, n.Vote.Bytes()), n.QC.Bytes()...)
}

func encodeFinalization(f *upstream.Finalization) ([]byte, error) {
	if len(f.QC.Signers()) == 0 {
		return nil, errUnsent // the root's
	}
	return append(rlp.AppendBytes(nil, f.Finalization.Bytes()), f.QC.Bytes()...), nil
}

func encodeEmptyNotarization(n *upstream.EmptyNotarization) []byte {
	return append(rlp.AppendUint64(nil, n.Vote.Round), n.QC.Bytes()...)
}

func encodeNumbers(numbers []uint64) []byte {
	var p []byte
	for _, n := range numbers {
		p = rlp.AppendUint64(p, n)
	}
	return rlp.AppendList(nil, p)
}

func encodeRequest(r *upstream.ReplicationRequest) []byte {
	p := append(encodeNumbers(r.Seqs), encodeNumbers(r.Rounds)...)
	return rlp.AppendUint64(rlp.AppendUint64(p, r.LatestRound), r.LatestFinalizedSeq)
}

// encodeResponse leaves out what is too much for one message and what is not sent.
func encodeResponse(r *upstream.VerifiedReplicationResponse) ([]byte, error) {
	var data []byte
	count, sent := 0, false
	for n := range r.Data {
		q, err := encodeQuorumRound(&r.Data[n])
		if err != nil || count == maxResponded || count > 0 && len(data)+len(q) > maxResponse {
			continue
		}
		data, count, sent = append(data, q...), count+1, true
	}
	p := rlp.AppendList(nil, data)
	for _, latest := range []*upstream.VerifiedQuorumRound{r.LatestRound, r.LatestFinalizedSeq} {
		var q []byte
		if latest != nil {
			q, _ = encodeQuorumRound(latest) // what is not sent is not there
		}
		sent = sent || len(q) > 0
		p = rlp.AppendList(p, q)
	}
	if !sent {
		return nil, errUnsent
	}
	return p, nil
}

func encodeQuorumRound(q *upstream.VerifiedQuorumRound) ([]byte, error) {
	var b, notarization, finalization, empty []byte
	var err error
	if q.VerifiedBlock != nil {
		if b, err = q.VerifiedBlock.Bytes(); err != nil {
			return nil, err
		}
	}
	switch {
	case q.Finalization != nil:
		finalization, err = encodeFinalization(q.Finalization)
	default:
		if q.Notarization != nil {
			notarization = encodeNotarization(q.Notarization)
		}
		if q.EmptyNotarization != nil {
			empty = encodeEmptyNotarization(q.EmptyNotarization)
		}
	}
	var p []byte
	for _, part := range [][]byte{b, notarization, finalization, empty} {
		p = rlp.AppendList(p, part)
	}
	return rlp.AppendList(nil, p), err
}

package simplex

import (
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Bounds of what one message may hold. Simplex asks for less.
const (
	maxRequested = 64
	maxResponded = 2*roundWindow + 16
)

func (d *decoder) block(list *rlp.Reader) (*block, error) {
	b, err := decodeBlock(list)
	if err != nil {
		return nil, err
	}
	d.blocks = append(d.blocks, b)
	return b, d.ofEpoch(b.header.Epoch)
}

func (d *decoder) certificate(list *rlp.Reader) (*certificate, error) {
	c, err := decodeCertificate(list)
	if err != nil {
		return nil, err
	}
	d.certificates = append(d.certificates, c)
	return c, nil
}

// ofEpoch refuses what was said in another epoch: Simplex does not look at it everywhere,
// and rounds count from one again.
func (d *decoder) ofEpoch(epoch uint64) error {
	if epoch != d.epoch {
		return fmt.Errorf("something of epoch %d in a frame of epoch %d", epoch, d.epoch)
	}
	return nil
}

func (d *decoder) header(list *rlp.Reader) (h upstream.BlockHeader, err error) {
	b, err := list.Bytes()
	if err != nil {
		return h, err
	}
	if err = h.FromBytes(b); err != nil {
		return h, err
	}
	return h, d.ofEpoch(h.Epoch)
}

func (d *decoder) emptyRound(list *rlp.Reader) (v upstream.ToBeSignedEmptyVote, err error) {
	if v.Round, err = list.Uint64(); err != nil {
		return v, err
	}
	v.Epoch = d.epoch
	return v, nil
}

// signature reads a signature and its signer.
func (d *decoder) signature(list *rlp.Reader) (s upstream.Signature, err error) {
	signer := make(upstream.NodeID, 32)
	if err = list.Fixed(signer); err != nil {
		return s, err
	}
	value, err := list.Bytes()
	if err != nil {
		return s, err
	}
	if _, err = decodeSignature(value); err != nil {
		return s, err
	}
	return upstream.Signature{Signer: signer, Value: value}, nil
}

func (d *decoder) blockMessage(list *rlp.Reader) (*upstream.BlockMessage, error) {
	b, err := d.block(list)
	if err != nil {
		return nil, err
	}
	v, err := d.vote(list)
	if err != nil {
		return nil, err
	}
	return &upstream.BlockMessage{Block: b, Vote: *v}, nil
}

func (d *decoder) vote(list *rlp.Reader) (v *upstream.Vote, err error) {
	v = &upstream.Vote{}
	if v.Vote.BlockHeader, err = d.header(list); err != nil {
		return nil, err
	}
	v.Signature, err = d.signature(list)
	return v, err
}

func (d *decoder) emptyVote(list *rlp.Reader) (v *upstream.EmptyVote, err error) {
	v = &upstream.EmptyVote{}
	if v.Vote, err = d.emptyRound(list); err != nil {
		return nil, err
	}
	v.Signature, err = d.signature(list)
	return v, err
}

func (d *decoder) finalizeVote(list *rlp.Reader) (v *upstream.FinalizeVote, err error) {
	v = &upstream.FinalizeVote{}
	if v.Finalization.BlockHeader, err = d.header(list); err != nil {
		return nil, err
	}
	v.Signature, err = d.signature(list)
	return v, err
}

func (d *decoder) notarization(list *rlp.Reader) (*upstream.Notarization, error) {
	h, err := d.header(list)
	if err != nil {
		return nil, err
	}
	c, err := d.certificate(list)
	if err != nil {
		return nil, err
	}
	return &upstream.Notarization{Vote: upstream.ToBeSignedVote{BlockHeader: h}, QC: c}, nil
}

func (d *decoder) finalization(list *rlp.Reader) (*upstream.Finalization, error) {
	h, err := d.header(list)
	if err != nil {
		return nil, err
	}
	c, err := d.certificate(list)
	if err != nil {
		return nil, err
	}
	return &upstream.Finalization{Finalization: upstream.ToBeSignedFinalization{BlockHeader: h}, QC: c}, nil
}

func (d *decoder) emptyNotarization(list *rlp.Reader) (*upstream.EmptyNotarization, error) {
	v, err := d.emptyRound(list)
	if err != nil {
		return nil, err
	}
	c, err := d.certificate(list)
	if err != nil {
		return nil, err
	}
	return &upstream.EmptyNotarization{Vote: v, QC: c}, nil
}

func (d *decoder) numbers(list *rlp.Reader) (numbers []uint64, err error) {
	inner, err := list.List()
	if err != nil {
		return nil, err
	}
	for inner.More() {
		n, err := inner.Uint64()
		if err != nil {
			return nil, err
		}
		if numbers = append(numbers, n); len(numbers) > maxRequested {
			return nil, fmt.Errorf("a request for more than %d", maxRequested)
		}
	}
	return numbers, nil
}

func (d *decoder) request(list *rlp.Reader) (r *upstream.ReplicationRequest, err error) {
	r = &upstream.ReplicationRequest{}
	if r.Seqs, err = d.numbers(list); err != nil {
		return nil, err
	}
	if r.Rounds, err = d.numbers(list); err != nil {
		return nil, err
	}
	if r.LatestRound, err = list.Uint64(); err != nil {
		return nil, err
	}
	r.LatestFinalizedSeq, err = list.Uint64()
	return r, err
}

func (d *decoder) digestRequest(list *rlp.Reader) (r *upstream.BlockDigestRequest, err error) {
	r = &upstream.BlockDigestRequest{}
	if r.Seq, err = list.Uint64(); err != nil {
		return nil, err
	}
	return r, list.Fixed(r.Digest[:])
}

func (d *decoder) response(list *rlp.Reader) (r *upstream.ReplicationResponse, err error) {
	r = &upstream.ReplicationResponse{}
	data, err := list.List()
	if err != nil {
		return nil, err
	}
	for data.More() {
		q, err := d.quorumRound(data)
		if err != nil {
			return nil, err
		}
		if r.Data = append(r.Data, *q); len(r.Data) > maxResponded {
			return nil, fmt.Errorf("a response with more than %d rounds", maxResponded)
		}
	}
	for _, latest := range []**upstream.QuorumRound{&r.LatestRound, &r.LatestSeq} {
		if err := optional(list, func(inner *rlp.Reader) (err error) { *latest, err = d.quorumRound(inner); return err }); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// optional reads a list that is empty or holds one thing.
func optional(list *rlp.Reader, read func(inner *rlp.Reader) error) error {
	inner, err := list.List()
	if err != nil || !inner.More() {
		return err
	}
	if err := read(inner); err != nil {
		return err
	}
	return inner.End()
}

// quorumRound reads what Simplex's replication carries: a block with its notarization,
// perhaps with the proof that the round was left as well; a block with its finalization;
// or that proof alone. Simplex would stumble over a certificate without its block.
func (d *decoder) quorumRound(list *rlp.Reader) (q *upstream.QuorumRound, err error) {
	inner, err := list.List()
	if err != nil {
		return nil, err
	}
	q = &upstream.QuorumRound{}
	for _, read := range []func(*rlp.Reader) error{
		func(r *rlp.Reader) error {
			b, err := d.block(r)
			if err == nil {
				q.Block = b
			}
			return err
		},
		func(r *rlp.Reader) (err error) { q.Notarization, err = d.notarization(r); return err },
		func(r *rlp.Reader) (err error) { q.Finalization, err = d.finalization(r); return err },
		func(r *rlp.Reader) (err error) { q.EmptyNotarization, err = d.emptyNotarization(r); return err },
	} {
		if err := optional(inner, read); err != nil {
			return nil, err
		}
	}
	certified := q.Notarization != nil || q.Finalization != nil
	switch {
	case certified != (q.Block != nil) || !certified && q.EmptyNotarization == nil:
		return nil, fmt.Errorf("a round with a certificate without its block, or with nothing")
	case q.Finalization != nil && (q.Notarization != nil || q.EmptyNotarization != nil):
		return nil, fmt.Errorf("a finalized round with more than that")
	}
	return q, inner.End()
}

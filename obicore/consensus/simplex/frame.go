package simplex

import (
	"errors"
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Kinds of what one node says to another.
const (
	frameHere uint64 = iota // nothing but where the sender stands
	frameDemand
	frameBlock
	frameVote
	frameEmptyVote
	frameNotarization
	frameEmptyNotarization
	frameFinalizeVote
	frameFinalization
	frameRequest
	frameResponse
	frameDigestRequest
)

// frame is what one node says to another: [kind, epoch, height, content]. The height is
// that of the sender's tip.
type frame struct {
	kind, epoch, height uint64
	message             *upstream.Message // nil for what the adapter says itself

	from         chain.NodeID
	size         int
	blocks       []*block       // that have to be bound
	certificates []*certificate // the same
}

func encodeFrame(kind, epoch, height uint64, content []byte) []byte {
	p := rlp.AppendUint64(nil, kind)
	p = rlp.AppendUint64(rlp.AppendUint64(p, epoch), height)
	return rlp.AppendList(nil, rlp.AppendList(p, content))
}

// decodeFrame refuses what Simplex could stumble over.
func decodeFrame(b []byte) (frame, error) {
	d := decoder{}
	d.size = len(b)
	if err := d.decode(b); err != nil {
		return frame{}, fmt.Errorf("%w: %w", consensus.ErrMessage, err)
	}
	return d.frame, nil
}

// decoder collects what has to be bound to an instance.
type decoder struct{ frame }

func (d *decoder) decode(b []byte) error {
	reader := rlp.NewReader(b)
	outer, err := reader.List()
	if err != nil {
		return err
	}
	for _, n := range []*uint64{&d.kind, &d.epoch, &d.height} {
		if *n, err = outer.Uint64(); err != nil {
			return err
		}
	}
	list, err := outer.List()
	if err != nil {
		return err
	}
	if err = d.content(list); err != nil {
		return err
	}
	return errors.Join(list.End(), outer.End(), reader.End())
}

func (d *decoder) content(list *rlp.Reader) (err error) {
	m := &upstream.Message{}
	switch d.kind {
	case frameHere, frameDemand:
		return nil
	case frameBlock:
		m.BlockMessage, err = d.blockMessage(list)
	case frameVote:
		m.VoteMessage, err = d.vote(list)
	case frameEmptyVote:
		m.EmptyVoteMessage, err = d.emptyVote(list)
	case frameNotarization:
		m.Notarization, err = d.notarization(list)
	case frameEmptyNotarization:
		m.EmptyNotarization, err = d.emptyNotarization(list)
	case frameFinalizeVote:
		m.FinalizeVote, err = d.finalizeVote(list)
	case frameFinalization:
		m.Finalization, err = d.finalization(list)
	case frameRequest:
		m.ReplicationRequest, err = d.request(list)
	case frameResponse:
		m.ReplicationResponse, err = d.response(list)
	case frameDigestRequest:
		m.BlockDigestRequest, err = d.digestRequest(list)
	default:
		err = fmt.Errorf("a frame of kind %d", d.kind)
	}
	d.message = m
	return err
}

// bind makes the frame one of an instance; the caller is inside the guard.
func (f *frame) bind(i *instance) error {
	for _, b := range f.blocks {
		if err := b.bind(i); err != nil {
			return err
		}
	}
	for _, c := range f.certificates {
		if err := c.bind(i); err != nil {
			return err
		}
	}
	return nil
}

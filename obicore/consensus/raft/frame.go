package raft

import (
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Kinds of frames.
const (
	frameRaft        = 1 // a message of raft
	frameVote        = 2 // a member's endorsement, for the leader
	frameCertificate = 3 // a majority's endorsements: a decision without its body
	frameDemand      = 4 // somebody wants a block
)

// frame is one message between engines: [kind, epoch, height, payload]. Epoch and
// height are where the sender stands, so that who is behind learns it from anything.
type frame struct {
	from    chain.NodeID
	kind    uint64
	epoch   uint64
	height  uint64 // of the sender's tip
	payload []byte

	raft        *pb.Message
	vote        consensus.Vote
	endorsement consensus.Endorsement // with vote
	again       bool                  // the sender has said so before, and waits
	proof       []byte                // with certificate: a consensus.QuorumProof of vote
}

func (f *frame) encode() []byte {
	p := rlp.AppendUint64(nil, f.kind)
	p = rlp.AppendUint64(p, f.epoch)
	p = rlp.AppendUint64(p, f.height)
	p = rlp.AppendBytes(p, f.payload)
	return rlp.AppendList(nil, p)
}

// votePayload is [vote, signature, export, again].
func votePayload(vote consensus.Vote, e consensus.Endorsement, again bool) []byte {
	p := rlp.AppendBytes(vote.Encode(), e.Signature)
	p = rlp.AppendBytes(p, e.Export)
	flag := uint64(0)
	if again {
		flag = 1
	}
	return rlp.AppendList(nil, rlp.AppendUint64(p, flag))
}

// certificatePayload is [vote, proof].
func certificatePayload(vote consensus.Vote, proof []byte) []byte {
	return rlp.AppendList(nil, rlp.AppendBytes(vote.Encode(), proof))
}

// decodeFrame reads a frame; consensus.ErrMessage for what is none.
func decodeFrame(b []byte) (*frame, error) {
	f := &frame{}
	if err := f.decode(b); err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrMessage, err)
	}
	return f, nil
}

func (f *frame) decode(b []byte) error {
	reader := rlp.NewReader(b)
	list, err := reader.List()
	if err != nil {
		return err
	}
	for _, field := range []*uint64{&f.kind, &f.epoch, &f.height} {
		if *field, err = list.Uint64(); err != nil {
			return err
		}
	}
	if f.payload, err = list.Bytes(); err != nil {
		return err
	}
	if err := errors.Join(list.End(), reader.End()); err != nil {
		return err
	}
	switch f.kind {
	case frameRaft:
		return f.decodeRaft()
	case frameVote:
		return f.decodeVote()
	case frameCertificate:
		return f.decodeCertificate()
	case frameDemand:
		if len(f.payload) > 0 {
			return errors.New("a demand has no payload")
		}
		return nil
	}
	return fmt.Errorf("frame of kind %d", f.kind)
}

func (f *frame) decodeRaft() error {
	f.raft = &pb.Message{}
	if err := proto.Unmarshal(f.payload, f.raft); err != nil {
		return err
	}
	return checkMessage(f.raft)
}

// limited takes a vote from the front of a list.
func limited(list *rlp.Reader) (consensus.Vote, error) {
	raw, err := list.Raw()
	if err != nil {
		return consensus.Vote{}, err
	}
	return consensus.DecodeVote(raw)
}

// maxSignature bounds a signature in bytes, as in a proof.
const maxSignature = 8 << 10

func (f *frame) decodeVote() error {
	reader := rlp.NewReader(f.payload)
	list, err := reader.List()
	if err != nil {
		return err
	}
	if f.vote, err = limited(list); err != nil {
		return err
	}
	if f.endorsement.Signature, err = list.Bytes(); err != nil {
		return err
	}
	if f.endorsement.Export, err = list.Bytes(); err != nil {
		return err
	}
	if n := len(f.endorsement.Signature); n == 0 || n > maxSignature || len(f.endorsement.Export) > maxSignature {
		return fmt.Errorf("endorsement of %d and %d bytes", n, len(f.endorsement.Export))
	}
	flag, err := list.Uint64()
	if f.again = flag == 1; flag > 1 {
		return fmt.Errorf("a flag of %d", flag)
	}
	return errors.Join(err, list.End(), reader.End())
}

func (f *frame) decodeCertificate() error {
	reader := rlp.NewReader(f.payload)
	list, err := reader.List()
	if err != nil {
		return err
	}
	if f.vote, err = limited(list); err != nil {
		return err
	}
	if f.proof, err = list.Bytes(); err == nil && len(f.proof) > chain.MaxProof {
		err = fmt.Errorf("proof of %d bytes", len(f.proof))
	}
	return errors.Join(err, list.End(), reader.End())
}

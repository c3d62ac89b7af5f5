package smartbft

import (
	"encoding/binary"
	"fmt"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// The first byte of a frame between engines.
const (
	frameMessage byte = 1 // a message of the protocol
	frameDemand  byte = 2 // the height for which a block is wanted, eight bytes
	frameView    byte = 3 // the view of the sender's view changer, eight bytes
)

// frame is what one node says to another, decoded.
type frame struct {
	from    uint64
	size    int
	demand  uint64 // height, or 0
	view    uint64 // of the sender's view changer, or 0
	message *protos.Message
	next    uint64 // view that view data or a new view are for
	round   uint64 // of a vote
	digest  string // of what is proposed, once it is known
}

func encodeDemand(height uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{frameDemand}, height)
}

func encodeView(view uint64) []byte { return binary.BigEndian.AppendUint64([]byte{frameView}, view) }

func encodeMessage(m *protos.Message) ([]byte, error) {
	return proto.MarshalOptions{}.MarshalAppend([]byte{frameMessage}, m)
}

// decodeFrame refuses what the engine could stumble over.
func decodeFrame(b []byte) (f frame, err error) {
	f.size = len(b)
	switch {
	case len(b) == 9 && b[0] == frameDemand:
		f.demand = binary.BigEndian.Uint64(b[1:])
		return f, nil
	case len(b) == 9 && b[0] == frameView:
		f.view = binary.BigEndian.Uint64(b[1:])
		return f, nil
	case len(b) < 2 || b[0] != frameMessage:
		return f, fmt.Errorf("%w: %d bytes that are no frame of this engine", consensus.ErrMessage, len(b))
	}
	f.message = &protos.Message{}
	if err = proto.Unmarshal(b[1:], f.message); err != nil {
		return f, fmt.Errorf("%w: %w", consensus.ErrMessage, err)
	}
	if err = f.read(); err != nil {
		return f, fmt.Errorf("%w: %w", consensus.ErrMessage, err)
	}
	return f, nil
}

// read verifies what the engine takes for granted in a message, and keeps what of its parts
// says where it belongs: they are decoded once, however long it waits.
func (f *frame) read() error {
	switch c := f.message.GetContent().(type) {
	case *protos.Message_PrePrepare:
		if c.PrePrepare.GetProposal() == nil || len(c.PrePrepare.GetPrevCommitSignatures()) > 0 {
			return fmt.Errorf("pre-prepare without proposal or with earlier votes")
		}
	case *protos.Message_Commit:
		said, err := decodeVoted(c.Commit.GetSignature().GetMsg())
		if err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		f.round = said.round
	case *protos.Message_ViewData:
		data, err := decodeViewData(c.ViewData)
		if err != nil {
			return err
		}
		f.next = data.next
	case *protos.Message_NewView:
		all, err := decodeNewView(c.NewView)
		if err != nil {
			return err
		}
		f.next = all[0].next
	case *protos.Message_Prepare, *protos.Message_ViewChange, *protos.Message_HeartBeat, *protos.Message_HeartBeatResponse,
		*protos.Message_StateTransferRequest, *protos.Message_StateTransferResponse:
	default:
		return fmt.Errorf("a message without content")
	}
	return nil
}

package smartbft

import (
	"bytes"
	"fmt"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"
	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// metadata is what the engine keeps in a header's consensus meta.
type metadata struct{ view, height, decisions uint64 }

func decodeMetadata(meta []byte) (m metadata, err error) {
	md := &protos.ViewMetadata{}
	if err := proto.Unmarshal(meta, md); err != nil {
		return m, fmt.Errorf("consensus meta: %w", err)
	}
	if len(md.GetBlackList()) > 0 || len(md.GetPrevCommitSignatureDigest()) > 0 {
		return m, fmt.Errorf("consensus meta: a list of nodes or signatures, which this engine uses only when leaders rotate")
	}
	return metadata{md.GetViewId(), md.GetLatestSequence(), md.GetDecisionsInView()}, nil
}

func (m metadata) encode() []byte {
	b, _ := proto.Marshal(m.message()) // three numbers always encode
	return b
}

func (m metadata) message() *protos.ViewMetadata {
	return &protos.ViewMetadata{ViewId: m.view, LatestSequence: m.height, DecisionsInView: m.decisions}
}

// metaOf returns the engine's bytes in a proposal's header.
func metaOf(p consensus.Proposal) ([]byte, error) {
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return nil, err
	}
	return header.ConsensusMeta, nil
}

// outward translates a proposal of the engine into one of the host; the header
// must hold the metadata, because only the header is signed.
func outward(p types.Proposal) (consensus.Proposal, metadata, error) {
	m, err := decodeMetadata(p.Metadata)
	if err != nil {
		return consensus.Proposal{}, m, err
	}
	header, err := chain.DecodeHeader(p.Header)
	switch {
	case err != nil:
		return consensus.Proposal{}, m, err
	case header.Height != m.height:
		return consensus.Proposal{}, m, fmt.Errorf("%w: header of height %d, the engine's is %d", consensus.ErrProposal, header.Height, m.height)
	case !bytes.Equal(header.ConsensusMeta, p.Metadata):
		return consensus.Proposal{}, m, fmt.Errorf("%w: the header holds other consensus meta than the message", consensus.ErrProposal)
	case p.VerificationSequence != 0:
		return consensus.Proposal{}, m, fmt.Errorf("%w: verification sequence %d, want 0", consensus.ErrProposal, p.VerificationSequence)
	}
	return consensus.Proposal{Height: m.height, Header: p.Header, Body: p.Payload}, m, nil
}

// inward translates a decided proposal; genesis is the engine's empty proposal.
func inward(p consensus.Proposal) (types.Proposal, metadata, error) {
	if p.Height == 0 {
		return types.Proposal{}, metadata{}, nil
	}
	meta, err := metaOf(p)
	if err != nil {
		return types.Proposal{}, metadata{}, err
	}
	m, err := decodeMetadata(meta)
	if err != nil {
		return types.Proposal{}, m, err
	}
	if m.height != p.Height {
		return types.Proposal{}, m, fmt.Errorf("the block at height %d was decided by another engine: its consensus meta says %d", p.Height, m.height)
	}
	return types.Proposal{Header: p.Header, Payload: p.Body, Metadata: meta}, m, nil
}

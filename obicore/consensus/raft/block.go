package raft

import (
	"encoding/binary"
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// metaOf is the header's consensus meta: the term in which it is proposed.
func metaOf(term uint64) []byte { return binary.BigEndian.AppendUint64(nil, term) }

// block is a proposal as it stands in raft's log.
type block struct {
	index    uint64
	term     uint64 // of the entry and of the header's meta
	proposal consensus.Proposal
	hash     chain.Hash
	header   *chain.Header

	endorsement *consensus.Endorsement // this node's
	refused     bool                   // the host does not let this node vote for it
}

func (b *block) vote() consensus.Vote {
	return consensus.Vote{Height: b.proposal.Height, Round: b.term, Hash: b.hash}
}

// encodeProposal is an entry's data: [header, body].
func encodeProposal(p consensus.Proposal) []byte {
	return rlp.AppendList(nil, rlp.AppendBytes(rlp.AppendBytes(nil, p.Header), p.Body))
}

func decodeProposal(b []byte) (p consensus.Proposal, header *chain.Header, err error) {
	reader := rlp.NewReader(b)
	list, err := reader.List()
	if err != nil {
		return p, nil, err
	}
	if p.Header, err = list.Bytes(); err != nil {
		return p, nil, err
	}
	if p.Body, err = list.Bytes(); err != nil {
		return p, nil, err
	}
	if err = errors.Join(list.End(), reader.End()); err != nil {
		return p, nil, err
	}
	if header, err = chain.DecodeHeader(p.Header); err != nil {
		return p, nil, err
	}
	p.Height = header.Height
	return p, header, nil
}

// readBlock reads the proposal in an entry; nil for the empty entry with which a
// leader begins.
func (e *engine) readBlock(entry *pb.Entry) (*block, error) {
	if len(entry.GetData()) == 0 {
		return nil, nil
	}
	p, header, err := decodeProposal(entry.GetData())
	if err != nil {
		return nil, err
	}
	term, err := termOf(header)
	if err != nil {
		return nil, err
	}
	if term != entry.GetTerm() {
		return nil, fmt.Errorf("header of term %d in an entry of term %d", term, entry.GetTerm())
	}
	hash, err := e.host.HeaderHash(p)
	if err != nil {
		return nil, err
	}
	return &block{index: entry.GetIndex(), term: term, proposal: p, hash: hash, header: header}, nil
}

func termOf(header *chain.Header) (uint64, error) {
	if len(header.ConsensusMeta) != 8 {
		return 0, fmt.Errorf("consensus meta of %d bytes, want the 8 of a term", len(header.ConsensusMeta))
	}
	return binary.BigEndian.Uint64(header.ConsensusMeta), nil
}

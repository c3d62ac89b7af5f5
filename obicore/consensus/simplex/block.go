package simplex

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// content is what a Simplex block carries.
type content uint64

const (
	filler  content = iota // nothing: it finalizes what is below
	carrier                // a proposal of the chain
	root                   // nothing: the place at which an epoch begins; it is never sent
)

// block is a block of Simplex. The digest of a carrier is the chain's header hash. That
// of a filler is SHA-256 whatever the chain's suite, which is not reachable from here; it
// names a block of no content and stands in no proof.
type block struct {
	owner     *instance
	header    upstream.BlockHeader
	blacklist upstream.Blacklist
	content   content
	proposal  consensus.Proposal // of a carrier
}

var (
	_ upstream.Block         = (*block)(nil)
	_ upstream.VerifiedBlock = (*block)(nil)
)

const (
	fillerDomain = "simplex/1 filler"
	rootDomain   = "simplex/1 root"
)

func newFiller(m upstream.ProtocolMetadata, suspects upstream.Blacklist) *block {
	b := &block{content: filler, blacklist: suspects}
	b.header = upstream.BlockHeader{ProtocolMetadata: m, Digest: digestOf(fillerDomain, encodeMeta(m, suspects))}
	return b
}

func digestOf(domain string, parts ...[]byte) upstream.Digest {
	h := sha256.New()
	_, _ = h.Write(append([]byte(domain), 0)) // a hash never returns an error
	for _, part := range parts {
		_, _ = h.Write(part)
	}
	return upstream.Digest(h.Sum(nil))
}

// newRoot is the place at which the chain of an epoch begins: on top of a decision of
// another epoch, or of the genesis block.
func newRoot(set *chain.ValidatorSet, tip chain.Hash) *block {
	m := upstream.ProtocolMetadata{Epoch: set.Epoch}
	b := &block{content: root, blacklist: upstream.NewBlacklist(uint16(len(set.Members)))}
	b.header = upstream.BlockHeader{ProtocolMetadata: m, Digest: digestOf(rootDomain, m.Bytes(), tip[:])}
	return b
}

// newCarrier is the block of a proposal; its digest comes with bind.
func newCarrier(p consensus.Proposal) (*block, error) {
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return nil, err
	}
	m, suspects, err := decodeMeta(header.ConsensusMeta)
	if err != nil {
		return nil, err
	}
	p.Height = header.Height
	b := &block{content: carrier, blacklist: suspects, proposal: p}
	b.header.ProtocolMetadata = m
	return b, nil
}

// bind makes the block one of an instance; the caller is inside the guard.
func (b *block) bind(i *instance) error {
	b.owner = i
	if b.content != carrier {
		return nil
	}
	hash, err := i.host.HeaderHash(b.proposal)
	b.header.Digest = upstream.Digest(hash)
	return err
}

// BlockHeader implements simplex.Block.
func (b *block) BlockHeader() upstream.BlockHeader { return b.header }

// Blacklist implements simplex.Block. Simplex writes into what it gets.
func (b *block) Blacklist() upstream.Blacklist {
	list := b.blacklist
	list.SuspectedNodes = append(upstream.SuspectedNodes(nil), list.SuspectedNodes...)
	list.Updates = append(upstream.BlacklistUpdates(nil), list.Updates...)
	return list
}

// Verify implements simplex.Block.
func (b *block) Verify(ctx context.Context) (upstream.VerifiedBlock, error) {
	if err := b.owner.verify(ctx, b); err != nil {
		return nil, err
	}
	return b, nil
}

var errRoot = errors.New("simplex: the root of an epoch is not sent")

// Bytes implements simplex.VerifiedBlock: [0, meta] or [1, header, body].
func (b *block) Bytes() ([]byte, error) {
	p := rlp.AppendUint64(nil, uint64(b.content))
	switch b.content {
	case filler:
		p = rlp.AppendBytes(p, encodeMeta(b.header.ProtocolMetadata, b.blacklist))
	case carrier:
		p = rlp.AppendBytes(rlp.AppendBytes(p, b.proposal.Header), b.proposal.Body)
	default:
		return nil, errRoot
	}
	return rlp.AppendList(nil, p), nil
}

// decodeBlock reads what Bytes writes.
func decodeBlock(reader *rlp.Reader) (*block, error) {
	list, err := reader.List()
	if err != nil {
		return nil, err
	}
	kind, err := list.Uint64()
	if err != nil {
		return nil, err
	}
	first, err := list.Bytes()
	if err != nil {
		return nil, err
	}
	switch content(kind) {
	case filler:
		m, suspects, err := decodeMeta(first)
		if err != nil {
			return nil, err
		}
		return newFiller(m, suspects), list.End()
	case carrier:
		body, err := list.Bytes()
		if err != nil {
			return nil, err
		}
		b, err := newCarrier(consensus.Proposal{Header: first, Body: body})
		return b, errors.Join(err, list.End())
	}
	return nil, fmt.Errorf("a block with content of kind %d", kind)
}

package simplex

import (
	"context"
	"errors"
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// certificate is a quorum of votes for one thing. That of a carrier's finalization
// brings the chain's header: what is endorsed is the header's hash, and only the header
// binds the rest of what Simplex reads in a finalization.
type certificate struct {
	owner  *instance
	header []byte
	votes  []ballot // by rising place in the set
}

type ballot struct {
	place uint64
	endorsement
}

var _ upstream.QuorumCertificate = (*certificate)(nil)

// bind makes the certificate one of an instance, if its validators fit.
func (c *certificate) bind(i *instance) error {
	c.owner = i
	if n := len(c.votes); n > 0 && c.votes[n-1].place >= uint64(len(i.members.set.Members)) {
		return fmt.Errorf("a certificate by validator %d of %d", c.votes[n-1].place, len(i.members.set.Members))
	}
	return nil
}

// Signers implements simplex.QuorumCertificate.
func (c *certificate) Signers() []upstream.NodeID {
	ids := make([]upstream.NodeID, 0, len(c.votes))
	for _, v := range c.votes {
		ids = append(ids, idOf(c.owner.members.set.Members[v.place].ID))
	}
	return ids
}

// Bytes implements simplex.QuorumCertificate: [header, [[place, signature, export]…]].
func (c *certificate) Bytes() []byte {
	var list []byte
	for _, v := range c.votes {
		p := rlp.AppendUint64(nil, v.place)
		list = rlp.AppendList(list, rlp.AppendBytes(rlp.AppendBytes(p, v.Signature), v.Export))
	}
	return rlp.AppendList(nil, rlp.AppendList(rlp.AppendBytes(nil, c.header), list))
}

func decodeCertificate(reader *rlp.Reader) (*certificate, error) {
	outer, err := reader.List()
	if err != nil {
		return nil, err
	}
	c := &certificate{}
	if c.header, err = outer.Bytes(); err != nil {
		return nil, err
	}
	list, err := outer.List()
	if err != nil {
		return nil, err
	}
	for list.More() {
		v, err := decodeBallot(list)
		if err != nil {
			return nil, err
		}
		if n := len(c.votes); n == maxMembers || n > 0 && c.votes[n-1].place >= v.place {
			return nil, fmt.Errorf("a certificate with vote %d of validator %d out of order", n, v.place)
		}
		c.votes = append(c.votes, v)
	}
	return c, outer.End()
}

func decodeBallot(list *rlp.Reader) (v ballot, err error) {
	item, err := list.List()
	if err != nil {
		return v, err
	}
	if v.place, err = item.Uint64(); err != nil {
		return v, err
	}
	if v.endorsement, err = decodeEndorsement(item); err != nil {
		return v, err
	}
	return v, item.End()
}

// Verify implements simplex.QuorumCertificate.
func (c *certificate) Verify(message []byte) error {
	i := c.owner
	if !i.calls.Enter() {
		return errRetired
	}
	defer i.calls.Leave()
	s, err := i.statementOf(message, c.header)
	if err != nil {
		return err
	}
	if !i.members.isQuorum(c.Signers()) {
		return errAggregate
	}
	for _, v := range c.votes {
		if err := i.checkVote(&i.members.set.Members[v.place], s, v.endorsement); err != nil {
			return err
		}
	}
	i.certified(s)
	return nil
}

// proof is what convinces others of a decision.
func (c *certificate) proof(round uint64) (chain.Proof, *consensus.QuorumProof) {
	set := c.owner.members.set
	q := &consensus.QuorumProof{Round: round, Endorsements: make([]consensus.Endorsement, len(set.Members))}
	for _, v := range c.votes {
		q.Endorsements[v.place] = v.endorsement
	}
	return chain.Proof{Kind: Kind, Epoch: set.Epoch, Bytes: q.Encode()}, q
}

// certificateOf rebuilds the certificate of a decision.
func (i *instance) certificateOf(d consensus.Decision) (*certificate, error) {
	q, err := consensus.DecodeQuorumProof(d.Proof.Bytes)
	if err != nil {
		return nil, err
	}
	set := i.members.set
	if d.Proof.Kind != Kind || d.Proof.Epoch != set.Epoch || len(q.Endorsements) != len(set.Members) {
		return nil, fmt.Errorf("%w: kind %q, epoch %d; the set is of epoch %d", consensus.ErrProof, d.Proof.Kind, d.Proof.Epoch, set.Epoch)
	}
	c := &certificate{owner: i, header: d.Proposal.Header}
	for place, e := range q.Endorsements {
		if len(e.Signature) > 0 {
			c.votes = append(c.votes, ballot{uint64(place), e})
		}
	}
	return c, nil
}

// aggregator makes and reads certificates.
type aggregator struct{ *instance }

// IsQuorum implements simplex.SignatureAggregator.
func (a aggregator) IsQuorum(ids []upstream.NodeID) bool { return a.members.isQuorum(ids) }

var errAggregate = errors.New("simplex: too few good votes for a certificate")

// Aggregate implements simplex.SignatureAggregator. A vote without signature is one of
// this node that it has refused; the others have to be enough without it.
func (a aggregator) Aggregate(signatures []upstream.Signature) (upstream.QuorumCertificate, error) {
	c := &certificate{owner: a.instance}
	byPlace := make(map[int]endorsement)
	var ids []upstream.NodeID
	for _, given := range signatures {
		v := a.members.of(given.Signer)
		if v == nil || len(given.Value) == 0 {
			continue
		}
		s, err := decodeSignature(given.Value)
		if err != nil {
			return nil, err
		}
		if s.height > 0 {
			if c.header, err = a.headerOf(s.digest); err != nil {
				return nil, err
			}
		}
		byPlace[a.members.place[v.ID]] = s.endorsement
		ids = append(ids, given.Signer)
	}
	if !a.members.isQuorum(ids) {
		return nil, errAggregate
	}
	for place := range a.members.set.Members {
		if e, ok := byPlace[place]; ok {
			c.votes = append(c.votes, ballot{uint64(place), e})
		}
	}
	return c, nil
}

// headerOf is the chain's header in a block that this node has verified.
func (i *instance) headerOf(digest upstream.Digest) ([]byte, error) {
	a := i.ancestry.get(digest)
	if a == nil || a.block.content != carrier {
		return nil, fmt.Errorf("simplex: no proposal has the digest %s", digest)
	}
	return a.block.proposal.Header, nil
}

// DeserializeQuorumCertificate implements simplex.QCDeserializer.
func (a aggregator) DeserializeQuorumCertificate(b []byte) (upstream.QuorumCertificate, error) {
	reader := rlp.NewReader(b)
	c, err := decodeCertificate(reader)
	if err == nil {
		err = reader.End()
	}
	if err != nil {
		return nil, err
	}
	return c, c.bind(a.instance)
}

// DeserializeBlock implements simplex.BlockDeserializer.
func (i *instance) DeserializeBlock(_ context.Context, b []byte) (upstream.Block, error) {
	made, err := i.deserialize(b)
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (i *instance) deserialize(b []byte) (*block, error) {
	reader := rlp.NewReader(b)
	made, err := decodeBlock(reader)
	if err == nil {
		err = reader.End()
	}
	if err != nil {
		return nil, err
	}
	if !i.calls.Enter() {
		return nil, errRetired
	}
	defer i.calls.Leave()
	return made, made.bind(i)
}

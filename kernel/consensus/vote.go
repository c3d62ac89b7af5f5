package consensus

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Vote is the statement that decides a header. Whatever an engine's messages look
// like, a validator's signature under a decision stands under a Vote: so a proof
// means the same to every reader, and two votes of one validator for one height,
// round and kind that name different headers are evidence by themselves.
type Vote struct {
	Height uint64
	Round  uint64 // the engine's round or view in which it is voted for
	Hash   chain.Hash
}

// Encode returns the canonical encoding, the message that is signed with
// chain.DomainVote and the engine's kind.
func (v Vote) Encode() []byte {
	p := rlp.AppendUint64(nil, v.Height)
	p = rlp.AppendUint64(p, v.Round)
	p = rlp.AppendBytes(p, v.Hash[:])
	return rlp.AppendList(nil, p)
}

// DecodeVote reads what Encode writes.
func DecodeVote(b []byte) (v Vote, err error) {
	reader := rlp.NewReader(b)
	if err = v.decode(reader); err == nil {
		err = reader.End()
	}
	return v, err
}

func (v *Vote) decode(reader *rlp.Reader) error {
	list, err := reader.List()
	if err != nil {
		return err
	}
	if v.Height, err = list.Uint64(); err != nil {
		return err
	}
	if v.Round, err = list.Uint64(); err != nil {
		return err
	}
	if err = list.Fixed(v.Hash[:]); err != nil {
		return err
	}
	return list.End()
}

// Endorsement is a validator's signature under a vote.
type Endorsement struct {
	Signature []byte // by the consensus key
	Export    []byte // of the same digest by the export key; empty when the validator has none
}

// Verify checks both signatures of member under vote.
func (e *Endorsement) Verify(verify VerifySignature, identity chain.Hash, member *chain.Validator, kind string, vote Vote) error {
	message := vote.Encode()
	if err := verify(identity, member.ConsensusKey, kind, message, e.Signature); err != nil {
		return err
	}
	if len(member.ExportKey.Bytes) == 0 {
		if len(e.Export) != 0 {
			return errUnexpectedExport
		}
		return nil
	}
	return verify(identity, member.ExportKey, kind, message, e.Export)
}

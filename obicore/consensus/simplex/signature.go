package simplex

import (
	"errors"
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// maxSignature bounds one signature in bytes.
const maxSignature = 8 << 10

// signature is the value of Simplex's signatures. The finalize vote for a carrier says
// which header it is for, at which height: so it is evidence by itself. Other votes have
// neither.
type signature struct {
	height uint64
	digest upstream.Digest // of a carrier's finalize vote
	endorsement
}

type endorsement = consensus.Endorsement

func (s *signature) encode() []byte {
	p := rlp.AppendUint64(nil, s.height)
	if s.height > 0 {
		p = rlp.AppendBytes(p, s.digest[:])
	}
	p = rlp.AppendBytes(rlp.AppendBytes(p, s.Signature), s.Export)
	return rlp.AppendList(nil, p)
}

func decodeSignature(b []byte) (s signature, err error) {
	reader := rlp.NewReader(b)
	list, err := reader.List()
	if err != nil {
		return s, err
	}
	if s.height, err = list.Uint64(); err != nil {
		return s, err
	}
	if s.height > 0 {
		if err = list.Fixed(s.digest[:]); err != nil {
			return s, err
		}
	}
	if s.endorsement, err = decodeEndorsement(list); err != nil {
		return s, err
	}
	return s, errors.Join(list.End(), reader.End())
}

func decodeEndorsement(list *rlp.Reader) (e endorsement, err error) {
	if e.Signature, err = list.Bytes(); err != nil {
		return e, err
	}
	if e.Export, err = list.Bytes(); err != nil {
		return e, err
	}
	if len(e.Signature) == 0 || len(e.Signature) > maxSignature || len(e.Export) > maxSignature {
		return e, fmt.Errorf("a signature of %d and %d bytes", len(e.Signature), len(e.Export))
	}
	return e, nil
}

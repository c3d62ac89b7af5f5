package segment

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// sealed is a header with its proof: the payload of a header record is the RLP
// list [header, proof].
type sealed struct {
	header *chain.Header
	proof  chain.Proof
	hash   chain.Hash
}

func encodeSealed(header *chain.Header, proof *chain.Proof) []byte {
	p := append(header.Encode(), proof.Encode()...)
	return rlp.AppendList(nil, p)
}

func decodeSealed(payload []byte, hasher chain.Hasher) (*sealed, error) {
	outer := rlp.NewReader(payload)
	list, err := outer.List()
	if err != nil {
		return nil, corrupt("header record", err)
	}
	header, headerFault := list.Raw()
	proof, proofFault := list.Raw()
	if err := errors.Join(headerFault, proofFault, list.End(), outer.End()); err != nil {
		return nil, corrupt("header record", err)
	}
	s := &sealed{}
	if s.header, err = chain.DecodeHeader(header); err != nil {
		return nil, corrupt("header record", err)
	}
	decoded, err := chain.DecodeProof(proof)
	if err != nil {
		return nil, corrupt("header record", err)
	}
	s.proof, s.hash = *decoded, s.header.Hash(hasher)
	return s, nil
}

// The payload of a body record is the RLP list [body, ids]: with the ids the index
// can be made again without knowing any transaction family.
func encodeBody(body *chain.Body, ids []chain.Hash) []byte {
	encoded := body.Encode()
	record := make([]byte, 0, len(encoded)+(chain.HashSize+1)*len(ids)+2*9)
	record = append(record, encoded...)
	for i := range ids {
		record = rlp.AppendBytes(record, ids[i][:])
	}
	return rlp.CloseList(rlp.CloseList(record, len(encoded)), 0)
}

func splitBody(payload []byte) (body []byte, ids *rlp.Reader, err error) {
	outer := rlp.NewReader(payload)
	list, err := outer.List()
	if err != nil {
		return nil, nil, corrupt("body record", err)
	}
	body, bodyFault := list.Raw()
	ids, idsFault := list.List()
	if err := errors.Join(bodyFault, idsFault, list.End(), outer.End()); err != nil {
		return nil, nil, corrupt("body record", err)
	}
	return body, ids, nil
}

func decodeBody(payload []byte) (*chain.Body, error) {
	encoded, _, err := splitBody(payload)
	if err != nil {
		return nil, err
	}
	body, err := chain.DecodeBody(encoded)
	if err != nil {
		return nil, corrupt("body record", err)
	}
	return body, nil
}

func decodeIDs(payload []byte) (ids []chain.Hash, err error) {
	_, reader, err := splitBody(payload)
	if err != nil {
		return nil, err
	}
	for reader.More() {
		var id chain.Hash
		if err := reader.Fixed(id[:]); err != nil {
			return nil, corrupt("body record", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func corrupt(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", ledger.ErrCorrupt, what, err)
}

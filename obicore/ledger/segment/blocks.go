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

// The payload of a body record is the RLP list [body, ids], or [body, ids, signers] where
// these are known: with the ids the index can be made again without knowing any
// transaction family.
func encodeBody(block *ledger.Decided) []byte {
	encoded := block.Block.Body.Encode()
	record := make([]byte, 0, len(encoded)+(chain.HashSize+chain.AddressSize+2)*len(block.IDs)+3*9)
	record = append(record, encoded...)
	for i := range block.IDs {
		record = rlp.AppendBytes(record, block.IDs[i][:])
	}
	record = rlp.CloseList(record, len(encoded))
	if begin := len(record); block.Signers != nil {
		for _, signers := range block.Signers {
			record = rlp.AppendBytes(record, signers)
		}
		record = rlp.CloseList(record, begin)
	}
	return rlp.CloseList(record, 0)
}

// bodyRecord is a body record in its parts.
type bodyRecord struct {
	body    []byte
	ids     *rlp.Reader
	signers *rlp.Reader // nil where there are none
}

func splitBody(payload []byte) (r bodyRecord, err error) {
	outer := rlp.NewReader(payload)
	list, err := outer.List()
	if err != nil {
		return r, corrupt("body record", err)
	}
	var bodyFault, idsFault, signersFault error
	r.body, bodyFault = list.Raw()
	r.ids, idsFault = list.List()
	if list.More() {
		r.signers, signersFault = list.List()
	}
	if err := errors.Join(bodyFault, idsFault, signersFault, list.End(), outer.End()); err != nil {
		return r, corrupt("body record", err)
	}
	return r, nil
}

func decodeBody(payload []byte) (*chain.Body, error) {
	record, err := splitBody(payload)
	if err != nil {
		return nil, err
	}
	body, err := chain.DecodeBody(record.body)
	if err != nil {
		return nil, corrupt("body record", err)
	}
	return body, nil
}

func decodeIDs(payload []byte) (ids []chain.Hash, err error) {
	record, err := splitBody(payload)
	if err != nil {
		return nil, err
	}
	for record.ids.More() {
		var id chain.Hash
		if err := record.ids.Fixed(id[:]); err != nil {
			return nil, corrupt("body record", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func decodeSigners(payload []byte) (signers [][]byte, err error) {
	record, err := splitBody(payload)
	if err != nil || record.signers == nil {
		return nil, err
	}
	signers = [][]byte{}
	for record.signers.More() {
		of, err := record.signers.Bytes()
		if err != nil {
			return nil, corrupt("body record", err)
		}
		signers = append(signers, of)
	}
	return signers, nil
}

func corrupt(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", ledger.ErrCorrupt, what, err)
}

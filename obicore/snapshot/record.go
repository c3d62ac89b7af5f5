package snapshot

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// seal is a header with its proof, the beginning of every record.
type seal struct {
	header *chain.Header
	proof  chain.Proof
}

func (s *seal) append(dst []byte) []byte {
	return append(append(dst, s.header.Encode()...), s.proof.Encode()...)
}

func takeSeal(list *rlp.Reader) (s seal, err error) {
	header, headerFault := list.Raw()
	proof, proofFault := list.Raw()
	if err := errors.Join(headerFault, proofFault); err != nil {
		return s, err
	}
	if s.header, err = chain.DecodeHeader(header); err != nil {
		return s, err
	}
	decoded, err := chain.DecodeProof(proof)
	if err != nil {
		return s, err
	}
	s.proof = *decoded
	return s, nil
}

// open reads a record with f, which must take all that stands behind the seal.
func open(record []byte, f func(list *rlp.Reader) error) (s seal, err error) {
	outer := rlp.NewReader(record)
	list, err := outer.List()
	if err != nil {
		return s, err
	}
	if s, err = takeSeal(list); err != nil {
		return s, err
	}
	return s, errors.Join(f(list), list.End(), outer.End())
}

func appendIDs(dst []byte, batches [][]chain.Hash) []byte {
	var all []byte
	for _, ids := range batches {
		var batch []byte
		for i := range ids {
			batch = rlp.AppendBytes(batch, ids[i][:])
		}
		all = rlp.AppendList(all, batch)
	}
	return rlp.AppendList(dst, all)
}

func takeIDs(list *rlp.Reader) (batches [][]chain.Hash, err error) {
	all, err := list.List()
	if err != nil {
		return nil, err
	}
	for all.More() {
		batch, err := all.List()
		if err != nil {
			return nil, err
		}
		ids := []chain.Hash{}
		for batch.More() {
			var id chain.Hash
			if err := batch.Fixed(id[:]); err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		batches = append(batches, ids)
	}
	return batches, nil
}

// link is what a snapshot holds of a block below its height: [header, proof, [[id…]…]].
type link struct {
	seal
	batches [][]chain.Hash
}

func (l *link) encode() []byte { return rlp.AppendList(nil, appendIDs(l.append(nil), l.batches)) }

func decodeLink(record []byte) (*link, error) {
	l := &link{}
	var err error
	l.seal, err = open(record, func(list *rlp.Reader) (err error) {
		l.batches, err = takeIDs(list)
		return err
	})
	return l, err
}

// block is [header, proof, [[id…]…], body, results].
type block struct {
	link
	body    *chain.Body
	results *chain.Results
}

func (b *block) encode() []byte {
	p := appendIDs(b.append(nil), b.batches)
	p = append(p, b.body.Encode()...)
	return rlp.AppendList(nil, append(p, b.results.Encode()...))
}

func decodeBlock(record []byte) (*block, error) {
	b := &block{}
	var err error
	b.seal, err = open(record, func(list *rlp.Reader) (err error) {
		if b.batches, err = takeIDs(list); err != nil {
			return err
		}
		body, bodyFault := list.Raw()
		results, resultsFault := list.Raw()
		if err := errors.Join(bodyFault, resultsFault); err != nil {
			return err
		}
		if b.body, err = chain.DecodeBody(body); err != nil {
			return err
		}
		b.results, err = chain.DecodeResults(results)
		return err
	})
	return b, err
}

// handOver is [header, proof, set]: the last header that a validator set decided, and
// the set that it hands over to.
type handOver struct {
	seal
	next *chain.ValidatorSet
}

func (h *handOver) encode() []byte {
	return rlp.AppendList(nil, rlp.AppendBytes(h.append(nil), h.next.Encode()))
}

func decodeHandOver(record []byte) (*handOver, error) {
	h := &handOver{}
	var err error
	h.seal, err = open(record, func(list *rlp.Reader) error {
		set, err := list.Bytes()
		if err != nil {
			return err
		}
		h.next, err = chain.DecodeValidatorSet(set)
		return err
	})
	return h, err
}

func (s *seal) encode() []byte { return rlp.AppendList(nil, s.append(nil)) }

func decodeSeal(record []byte) (seal, error) {
	return open(record, func(*rlp.Reader) error { return nil })
}

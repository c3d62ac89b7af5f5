package simplex

import (
	"encoding/binary"
	"errors"
	"fmt"

	upstream "github.com/ava-labs/simplex"
	"github.com/ava-labs/simplex/record"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// The first byte of a record in the engine's log.
const (
	recordOfSimplex byte = 1 // a record of Simplex
	recordOfBlock   byte = 2 // a block record of Simplex for which this node has not voted
	recordOfFiller  byte = 3 // a finalized filler above the tip
)

// what a record holds.
type logged uint8

const (
	loggedBlock logged = iota
	loggedOtherBlock
	loggedNotarization
	loggedEmptyVote
	loggedEmptyNotarization
	loggedFinalization
	loggedFiller
)

// entry is a record of the log, and where it belongs.
type entry struct {
	what   logged
	epoch  uint64
	round  uint64
	seq    uint64
	digest upstream.Digest
	raw    []byte // without the first byte
}

var errRecord = errors.New("a record that is none of this engine's")

// parseEntry reads a record of the log.
func parseEntry(b []byte) (e entry, err error) {
	if len(b) < 4 {
		return e, errRecord
	}
	e.raw = append([]byte(nil), b[1:]...)
	switch b[0] {
	case recordOfFiller:
		e.what = loggedFiller
		made, _, err := decodeFiller(e.raw)
		if err != nil {
			return e, err
		}
		e.place(made.header)
		return e, nil
	case recordOfSimplex, recordOfBlock:
		err = e.parse()
		if b[0] == recordOfBlock && e.what == loggedBlock {
			e.what = loggedOtherBlock
		}
		return e, err
	}
	return e, errRecord
}

// parse reads a record of Simplex as far as it says where it belongs. Simplex's own
// readers index into records that are too short.
func (e *entry) parse() error {
	switch kind := binary.BigEndian.Uint16(e.raw); kind {
	case record.BlockRecordType:
		e.what = loggedBlock
		h, _, err := upstream.ParseBlockRecord(e.raw)
		e.place(h)
		return err
	case record.EmptyVoteRecordType:
		e.what = loggedEmptyVote
		v, err := upstream.ParseEmptyVoteRecord(e.raw)
		e.epoch, e.round = v.Epoch, v.Round
		return err
	case record.NotarizationRecordType, record.FinalizationRecordType:
		e.what = loggedNotarization
		if kind == record.FinalizationRecordType {
			e.what = loggedFinalization
		}
		var h upstream.BlockHeader
		err := e.vote(h.FromBytes)
		e.place(h)
		return err
	case record.EmptyNotarizationRecordType:
		e.what = loggedEmptyNotarization
		var v upstream.ToBeSignedEmptyVote
		err := e.vote(v.FromBytes)
		e.epoch, e.round = v.Epoch, v.Round
		return err
	}
	return errRecord
}

func (e *entry) vote(read func([]byte) error) error {
	var q upstream.QuorumRecord
	if err := q.FromBytes(e.raw[2:]); err != nil {
		return err
	}
	return read(q.Vote)
}

func (e *entry) place(h upstream.BlockHeader) {
	e.epoch, e.round, e.seq, e.digest = h.Epoch, h.Round, h.Seq, h.Digest
}

// encodeFiller is the record of a finalized filler: [block, certificate].
func encodeFiller(made indexed) ([]byte, error) {
	b, err := made.block.Bytes()
	if err != nil {
		return nil, err
	}
	return rlp.AppendList([]byte{recordOfFiller}, append(b, made.finalization.QC.Bytes()...)), nil
}

func decodeFiller(b []byte) (*block, *certificate, error) {
	reader := rlp.NewReader(b)
	list, err := reader.List()
	if err != nil {
		return nil, nil, err
	}
	made, err := decodeBlock(list)
	if err != nil {
		return nil, nil, err
	}
	if made.content != filler {
		return nil, nil, fmt.Errorf("a block with content in the place of a filler")
	}
	c, err := decodeCertificate(list)
	if err != nil {
		return nil, nil, err
	}
	return made, c, errors.Join(list.End(), reader.End())
}

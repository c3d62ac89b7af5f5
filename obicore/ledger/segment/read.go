package segment

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Header returns the header at height; see [ledger.BlockStore].
func (l *Ledger) Header(height uint64) (*chain.Header, error) {
	s, err := l.enterSealed(height)
	if err != nil {
		return nil, err
	}
	return s.header, nil
}

// Proof returns the proof beside the header at height; see [ledger.BlockStore].
func (l *Ledger) Proof(height uint64) (*chain.Proof, error) {
	s, err := l.enterSealed(height)
	if err != nil {
		return nil, err
	}
	proof := s.proof
	return &proof, nil
}

func (l *Ledger) enterSealed(height uint64) (*sealed, error) {
	if err := l.gate.enter(); err != nil {
		return nil, err
	}
	defer l.gate.leave()
	return l.sealed(height)
}

func (l *Ledger) sealed(height uint64) (*sealed, error) {
	now := l.decoded.now()
	if tip := l.Status().Decided; height > tip {
		return nil, fmt.Errorf("%w: height %d, the tip is %d", ledger.ErrNotFound, height, tip)
	}
	if s, found := l.decoded.get(height); found {
		return s, nil
	}
	payload, err := l.headers.read(height)
	if err != nil {
		return nil, err
	}
	s, err := decodeSealed(payload, l.options.Hasher)
	if err != nil {
		return nil, err
	}
	l.decoded.put(height, s, now)
	return s, nil
}

// HeightOf returns the height of the block with the given header hash.
func (l *Ledger) HeightOf(hash chain.Hash) (uint64, error) {
	if err := l.gate.enter(); err != nil {
		return 0, err
	}
	defer l.gate.leave()
	value, err := get(l.db, blockKey(hash))
	if err != nil {
		return 0, err
	}
	if len(value) != 8 {
		return 0, fmt.Errorf("%w: block %s", ledger.ErrNotFound, hash)
	}
	return binary.BigEndian.Uint64(value), nil
}

// Body returns the body at height; see [ledger.BlockStore].
func (l *Ledger) Body(height uint64) (*chain.Body, error) {
	payload, err := l.bodyRecord(height)
	if err != nil {
		return nil, err
	}
	return decodeBody(payload)
}

// IDs returns the ids of the transactions of a block; see [ledger.Snapshotter].
func (l *Ledger) IDs(height uint64) ([]chain.Hash, error) {
	payload, err := l.bodyRecord(height)
	if err != nil {
		return nil, err
	}
	return decodeIDs(payload)
}

// Signers returns what the signatures of the block at height came to; see [ledger.SignerKeeper].
func (l *Ledger) Signers(height uint64) ([][]byte, error) {
	payload, err := l.bodyRecord(height)
	if err != nil {
		return nil, err
	}
	return decodeSigners(payload)
}

func (l *Ledger) bodyRecord(height uint64) ([]byte, error) {
	if err := l.gate.enter(); err != nil {
		return nil, err
	}
	defer l.gate.leave()
	return l.kept(l.bodies, height, l.Status().Decided)
}

// Results returns the result column at height; see [ledger.BlockStore].
func (l *Ledger) Results(height uint64) (*chain.Results, error) {
	if err := l.gate.enter(); err != nil {
		return nil, err
	}
	defer l.gate.leave()
	return l.resultsAt(height)
}

func (l *Ledger) resultsAt(height uint64) (*chain.Results, error) {
	payload, err := l.kept(l.results, height, l.Status().Executed)
	if err != nil {
		return nil, err
	}
	return decodeResults(payload)
}

func decodeResults(payload []byte) (*chain.Results, error) {
	results, err := chain.DecodeResults(payload)
	if err != nil {
		return nil, corrupt("result record", err)
	}
	return results, nil
}

// kept reads a record of a column that may be pruned and goes up to tip.
func (l *Ledger) kept(c *column, height, tip uint64) ([]byte, error) {
	if height > tip {
		return nil, fmt.Errorf("%w: %s of height %d, the tip is %d", ledger.ErrNotFound, c.kind, height, tip)
	}
	if oldest := l.Status().OldestBody; height < oldest {
		return nil, fmt.Errorf("%w: %s of height %d, the oldest kept is %d", ledger.ErrPruned, c.kind, height, oldest)
	}
	return c.read(height)
}

// Locate returns where the transaction with this id was last included below a height.
func (l *Ledger) Locate(id chain.Hash, below uint64) (at ledger.Location, err error) {
	if err := l.gate.enter(); err != nil {
		return at, err
	}
	defer l.gate.leave()
	prefix := entryKey(tableInclude, id[:])
	iterator, err := l.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: includeKey(id, below)})
	if err != nil {
		return at, err
	}
	defer func() { err = errors.Join(err, iterator.Close()) }()
	if !iterator.Last() {
		return at, errors.Join(iterator.Error(), fmt.Errorf("%w: transaction %s", ledger.ErrNotFound, id))
	}
	value, err := iterator.ValueAndErr()
	if err != nil {
		return at, err
	}
	key := iterator.Key()
	if len(key) != len(prefix)+8 || len(value) != 4 {
		return at, fmt.Errorf("%w: index of transaction %s", ledger.ErrCorrupt, id)
	}
	return ledger.Location{Height: binary.BigEndian.Uint64(key[len(prefix):]), Index: binary.BigEndian.Uint32(value)}, nil
}

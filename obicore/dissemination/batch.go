package dissemination

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// The kinds of messages about batches, the first item of each. They travel in the
// class of block sync, whose kinds are below these: what a voter waits for must not
// stand behind the transactions that are being checked.
const (
	kindBatch = 5 // [5, header hash, ids, [evidence…]]
	kindWant  = 6 // [6, header hash, ids]
	kindPart  = 7 // [7, header hash, [wire form…]]
)

// ErrKind says that a message about batches is of a kind that this version does not
// know.
var ErrKind = errors.New("dissemination: unknown kind of message")

// Batch names what a header orders: the ids of its transactions in their order, and
// its evidence.
type Batch struct {
	Header   chain.Hash
	IDs      []chain.Hash // at most MaxBatchCount
	Evidence [][]byte     // at most chain.MaxEvidence
}

// Want asks for what is missing of a batch: transactions by their ids or, with none,
// for the batch itself.
type Want struct {
	Header chain.Hash
	IDs    []chain.Hash // at most MaxBatchCount
}

// Part holds transactions of a batch in their wire forms, an answer to Want; none says
// that the sender has nothing of what was asked.
type Part struct {
	Header chain.Hash
	Wires  [][]byte // at most MaxBatchCount
}

// Matches reports whether this is what a header orders by digest: the second of two
// batches, the first of which is empty. One that names a transaction twice never is.
func (m *Batch) Matches(hasher chain.Hasher, header *chain.Header) bool {
	return uint64(len(m.IDs)) == header.TransactionCount && distinct(m.IDs) &&
		header.EvidenceRoot == chain.EvidenceRoot(hasher, m.Evidence) &&
		header.TransactionRoot == chain.TransactionRoot(hasher, [][]chain.Hash{nil, m.IDs})
}

func distinct(ids []chain.Hash) bool {
	seen := make(map[chain.Hash]struct{}, len(ids))
	for _, id := range ids {
		seen[id] = struct{}{}
	}
	return len(seen) == len(ids)
}

// Size is about what the batch takes in memory, in bytes.
func (m *Batch) Size() int {
	size := len(m.IDs)*chain.HashSize + chain.HashSize
	for _, item := range m.Evidence {
		size += len(item)
	}
	return size
}

// Encode returns the message.
func (m *Batch) Encode() []byte {
	p := appendIDs(open(kindBatch, m.Header, m.Size()), m.IDs)
	return rlp.AppendList(nil, appendStrings(p, m.Evidence))
}

// Encode returns the message.
func (m *Want) Encode() []byte {
	return rlp.AppendList(nil, appendIDs(open(kindWant, m.Header, len(m.IDs)*chain.HashSize), m.IDs))
}

// Encode returns the message.
func (m *Part) Encode() []byte {
	return rlp.AppendList(nil, appendStrings(open(kindPart, m.Header, 0), m.Wires))
}

func open(kind uint64, header chain.Hash, size int) []byte {
	return rlp.AppendBytes(rlp.AppendUint64(make([]byte, 0, size+64), kind), header[:])
}

// appendIDs writes ids as one byte string: they are of one length.
func appendIDs(p []byte, ids []chain.Hash) []byte {
	all := make([]byte, 0, len(ids)*chain.HashSize)
	for i := range ids {
		all = append(all, ids[i][:]...)
	}
	return rlp.AppendBytes(p, all)
}

func appendStrings(p []byte, items [][]byte) []byte {
	var list []byte
	for _, item := range items {
		list = rlp.AppendBytes(list, item)
	}
	return rlp.AppendList(p, list)
}

// DecodeBatch reads a message about a batch: *Batch, *Want, *Part or *Signed, whose byte
// strings alias it.
func DecodeBatch(message []byte) (any, error) {
	reader := rlp.NewReader(message)
	list, err := reader.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	kind, err := list.Uint64()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	var header chain.Hash
	if kind >= kindBatch && kind <= kindStatement {
		err = list.Fixed(header[:])
	}
	var m any
	switch {
	case err != nil:
	case kind == kindBatch:
		m, err = decodeBatch(header, list)
	case kind == kindWant:
		want := &Want{Header: header}
		want.IDs, err = decodeIDs(list)
		m = want
	case kind == kindPart:
		part := &Part{Header: header}
		part.Wires, err = decodeStrings(list, MaxBatchCount)
		m = part
	case kind == kindStatement:
		m, err = decodeSigned(header, list)
	default:
		return nil, fmt.Errorf("%w: %d", ErrKind, kind)
	}
	if err == nil {
		err = errors.Join(list.End(), reader.End())
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return m, nil
}

func decodeBatch(header chain.Hash, list *rlp.Reader) (m *Batch, err error) {
	m = &Batch{Header: header}
	if m.IDs, err = decodeIDs(list); err != nil {
		return nil, err
	}
	m.Evidence, err = decodeStrings(list, chain.MaxEvidence)
	return m, err
}

func decodeIDs(list *rlp.Reader) ([]chain.Hash, error) {
	all, err := list.Bytes()
	if err != nil {
		return nil, err
	}
	count := len(all) / chain.HashSize
	if len(all)%chain.HashSize != 0 || count > MaxBatchCount {
		return nil, fmt.Errorf("ids of %d bytes", len(all))
	}
	ids := make([]chain.Hash, count)
	for i := range ids {
		copy(ids[i][:], all[i*chain.HashSize:])
	}
	return ids, nil
}

func decodeStrings(list *rlp.Reader, atMost int) (items [][]byte, err error) {
	inner, err := list.List()
	if err != nil {
		return nil, err
	}
	for inner.More() {
		item, err := inner.Bytes()
		if err != nil {
			return nil, err
		}
		if len(items) == atMost || len(item) == 0 {
			return nil, fmt.Errorf("item %d", len(items))
		}
		items = append(items, item)
	}
	return items, nil
}

package node

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// bodies is the durable record of the bodies that this node has proposed or voted for by
// their digest: an engine's log then holds only headers, and after a loss of power of all
// nodes what they are prepared for must still be found. What is decided stands in the
// ledger and is dropped here.
type bodies struct {
	writing sync.Mutex    // held while the log is written; before mutex
	log     consensus.WAL // nil for a node that never votes

	mutex sync.Mutex
	held  map[chain.Hash]*heldBody
	order []*heldBody // as in the log
	past  []*heldBody // decided lately: others may still ask
}

// heldBody is one body with the header that orders it.
type heldBody struct {
	height uint64
	header chain.Hash
	body   []byte // canonical encoding

	once  sync.Once // of what is made for who asks
	batch *dissemination.Batch
	wires map[chain.Hash][]byte
}

// pastHeights is how many decided heights are still answered for from memory.
const pastHeights = 4

// newBodies reads the record from its log; bodies at or below the tip are not needed.
func newBodies(log consensus.WAL) (*bodies, error) {
	b := &bodies{log: log, held: make(map[chain.Hash]*heldBody)}
	if log == nil {
		return b, nil
	}
	err := log.Replay(func(record []byte) error {
		h, err := decodeHeld(record)
		if err == nil {
			b.note(h)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("node: the record of bodies that this node has voted for cannot be read: %w", err)
	}
	return b, nil
}

func (b *bodies) note(h *heldBody) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.order = append(b.order, h)
	b.held[h.header] = h
}

// keep makes a body durable, unless it is already.
func (b *bodies) keep(height uint64, header chain.Hash, body []byte) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	if b.get(header) != nil {
		return nil
	}
	if b.log == nil {
		return errors.New("node: a validator needs a record of bodies; give Options.Bodies")
	}
	h := &heldBody{height: height, header: header, body: body}
	if err := b.log.Append(h.encode(), true); err != nil {
		return fmt.Errorf("node: recording the body of block %d: %w", height, err)
	}
	b.note(h)
	return nil
}

// get returns what is held for a header, nil when nothing is.
func (b *bodies) get(header chain.Hash) *heldBody {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.held[header]
}

// decided drops the bodies up to a height, which are in the ledger or will never be.
func (b *bodies) decided(tip uint64) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	if left, changed := b.forget(tip); changed && b.log != nil {
		return b.log.Truncate(left)
	}
	return nil
}

// forget returns how many bodies are left in the log, and whether they are fewer.
func (b *bodies) forget(tip uint64) (left int, changed bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	gone := 0
	for gone < len(b.order) && b.order[gone].height <= tip {
		gone++
	}
	b.past = append(b.past, b.order[:gone]...)
	b.order = append([]*heldBody(nil), b.order[gone:]...)
	for len(b.past) > 0 && b.past[0].height+pastHeights <= tip {
		delete(b.held, b.past[0].header)
		b.past = b.past[1:]
	}
	return len(b.order), gone > 0
}

func (b *bodies) close() error {
	if log, ok := b.log.(io.Closer); ok {
		return log.Close()
	}
	return nil
}

// encode returns the record of a body: [height, header hash, body].
func (h *heldBody) encode() []byte {
	p := rlp.AppendUint64(make([]byte, 0, len(h.body)+64), h.height)
	p = rlp.AppendBytes(p, h.header[:])
	return rlp.AppendList(nil, rlp.AppendBytes(p, h.body))
}

func decodeHeld(record []byte) (*heldBody, error) {
	reader := rlp.NewReader(record)
	list, err := reader.List()
	if err != nil {
		return nil, err
	}
	h := &heldBody{}
	if h.height, err = list.Uint64(); err != nil {
		return nil, err
	}
	if err = list.Fixed(h.header[:]); err != nil {
		return nil, err
	}
	body, err := list.Bytes()
	if err != nil {
		return nil, err
	}
	h.body = append([]byte(nil), body...)
	return h, errors.Join(list.End(), reader.End())
}

package blocksync

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// The kinds of messages, the first item of each.
const (
	kindStatus   = 1 // [1, height, header hash]
	kindRequest  = 2 // [2, from, blocks, bytes, results]
	kindAnswer   = 3 // [3, from, [[header, body, proof, results]…]]
	kindEvidence = 4 // [4, evidence]
)

// MaxAnswer bounds the blocks of one answer.
const MaxAnswer = 4096

// ErrMessage says that a message is malformed; ErrKind that its kind is not one of
// this version.
var (
	ErrMessage = errors.New("blocksync: malformed message")
	ErrKind    = errors.New("blocksync: unknown kind of message")
)

// Status says how far a node has come.
type Status struct {
	Height uint64
	Hash   chain.Hash
}

// Request asks for decided blocks.
type Request struct {
	From          uint64
	Blocks, Bytes uint64 // at most; the one who answers has limits of its own
	Results       bool   // the blocks' results, too
}

// Answer holds decided blocks in a row; none says that the node has none.
type Answer struct {
	From   uint64
	Blocks []Block
}

// Block is a decided block in its parts' canonical encodings.
type Block struct {
	Header, Body, Proof []byte
	Results             []byte // empty when they were not asked for or the sender has none
}

// Evidence holds evidence of misbehaviour, in the encoding in which it stands in a
// block: what the one who tells of it wants the next block to record.
type Evidence struct {
	Item []byte
}

// Encode returns the message.
func (m *Evidence) Encode() []byte {
	return rlp.AppendList(nil, rlp.AppendBytes(rlp.AppendUint64(nil, kindEvidence), m.Item))
}

// Encode returns the message.
func (m *Status) Encode() []byte {
	p := rlp.AppendUint64(rlp.AppendUint64(nil, kindStatus), m.Height)
	return rlp.AppendList(nil, rlp.AppendBytes(p, m.Hash[:]))
}

// Encode returns the message.
func (m *Request) Encode() []byte {
	p := rlp.AppendUint64(rlp.AppendUint64(nil, kindRequest), m.From)
	p, results := rlp.AppendUint64(rlp.AppendUint64(p, m.Blocks), m.Bytes), uint64(0)
	if m.Results {
		results = 1
	}
	return rlp.AppendList(nil, rlp.AppendUint64(p, results))
}

// Encode returns the message.
func (m *Answer) Encode() []byte {
	var blocks []byte
	for i := range m.Blocks {
		b := &m.Blocks[i]
		p := rlp.AppendBytes(nil, b.Header)
		p = rlp.AppendBytes(p, b.Body)
		p = rlp.AppendBytes(p, b.Proof)
		blocks = rlp.AppendList(blocks, rlp.AppendBytes(p, b.Results))
	}
	p := rlp.AppendUint64(rlp.AppendUint64(nil, kindAnswer), m.From)
	return rlp.AppendList(nil, rlp.AppendList(p, blocks))
}

// Decode reads a message: *Status, *Request, *Answer or *Evidence, whose parts alias it.
func Decode(message []byte) (any, error) {
	reader := rlp.NewReader(message)
	list, err := reader.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	kind, err := list.Uint64()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	var m any
	switch kind {
	case kindStatus:
		m, err = decodeStatus(list)
	case kindRequest:
		m, err = decodeRequest(list)
	case kindAnswer:
		m, err = decodeAnswer(list)
	case kindEvidence:
		evidence := &Evidence{}
		evidence.Item, err = list.Bytes()
		m = evidence
	default:
		return nil, fmt.Errorf("%w: %d", ErrKind, kind)
	}
	if err = errors.Join(err, list.End(), reader.End()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return m, nil
}

func decodeStatus(list *rlp.Reader) (m *Status, err error) {
	m = &Status{}
	if m.Height, err = list.Uint64(); err != nil {
		return nil, err
	}
	return m, list.Fixed(m.Hash[:])
}

func decodeRequest(list *rlp.Reader) (m *Request, err error) {
	m = &Request{}
	for _, field := range []*uint64{&m.From, &m.Blocks, &m.Bytes} {
		if *field, err = list.Uint64(); err != nil {
			return nil, err
		}
	}
	results, err := list.Uint64()
	if err != nil {
		return nil, err
	}
	if results > 1 {
		return nil, fmt.Errorf("results asked for by %d, neither 0 nor 1", results)
	}
	m.Results = results == 1
	return m, nil
}

func decodeAnswer(list *rlp.Reader) (m *Answer, err error) {
	m = &Answer{}
	if m.From, err = list.Uint64(); err != nil {
		return nil, err
	}
	blocks, err := list.List()
	if err != nil {
		return nil, err
	}
	for blocks.More() {
		if len(m.Blocks) == MaxAnswer {
			return nil, fmt.Errorf("more than %d blocks", MaxAnswer)
		}
		item, err := blocks.List()
		if err != nil {
			return nil, err
		}
		var b Block
		for _, part := range []*[]byte{&b.Header, &b.Body, &b.Proof, &b.Results} {
			if *part, err = item.Bytes(); err != nil {
				return nil, err
			}
		}
		if err := item.End(); err != nil {
			return nil, err
		}
		m.Blocks = append(m.Blocks, b)
	}
	return m, nil
}

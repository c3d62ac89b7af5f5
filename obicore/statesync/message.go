package statesync

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// The kinds of messages, the first item of each; they share a class with those of
// blocksync and dissemination.
const (
	kindInquiry = 10 // [10]
	kindOffers  = 11 // [11, [manifest…]]
	kindRequest = 12 // [12, height, section, index, number]
	kindAnswer  = 13 // [13, height, section, index, number, content]
)

// MaxOffers bounds the manifests of one message, MaxOffersBytes their bytes together.
const (
	MaxOffers      = 4
	MaxOffersBytes = 8 << 20
)

// ErrMessage says that a message is malformed; ErrKind that its kind is not one of this
// package.
var (
	ErrMessage = errors.New("statesync: malformed message")
	ErrKind    = errors.New("statesync: unknown kind of message")
)

// Inquiry asks which snapshots a node gives.
type Inquiry struct{}

// Offers are the manifests of the snapshots that a node gives; none says that it has none.
type Offers struct {
	Manifests [][]byte
}

// Request asks for what stands at a place of the snapshot of a height.
type Request struct {
	Height uint64
	Place  snapshot.Place
}

// Answer is what stands there. No content says that the node does not give it: not now,
// or not any more.
type Answer struct {
	Request
	Content []byte
}

// Encode returns the message.
func (*Inquiry) Encode() []byte { return rlp.AppendList(nil, rlp.AppendUint64(nil, kindInquiry)) }

// Encode returns the message.
func (m *Offers) Encode() []byte {
	var manifests []byte
	for _, manifest := range m.Manifests {
		manifests = rlp.AppendBytes(manifests, manifest)
	}
	return rlp.AppendList(nil, rlp.AppendList(rlp.AppendUint64(nil, kindOffers), manifests))
}

// Encode returns the message.
func (m *Request) Encode() []byte { return rlp.AppendList(nil, m.append(kindRequest)) }

// Encode returns the message.
func (m *Answer) Encode() []byte {
	return rlp.AppendList(nil, rlp.AppendBytes(m.append(kindAnswer), m.Content))
}

func (m *Request) append(kind uint64) []byte {
	index := uint64(0)
	if m.Place.Index {
		index = 1
	}
	p := rlp.AppendUint64(rlp.AppendUint64(nil, kind), m.Height)
	p = rlp.AppendUint64(p, uint64(m.Place.Section)) //nolint:gosec // a section is not negative
	return rlp.AppendUint64(rlp.AppendUint64(p, index), m.Place.Number)
}

// Decode reads a message: *Inquiry, *Offers, *Request or *Answer, whose parts alias it.
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
	case kindInquiry:
		m = &Inquiry{}
	case kindOffers:
		m, err = decodeOffers(list)
	case kindRequest:
		request := &Request{}
		m, err = request, request.decode(list)
	case kindAnswer:
		m, err = decodeAnswer(list)
	default:
		return nil, fmt.Errorf("%w: %d", ErrKind, kind)
	}
	if err = errors.Join(err, list.End(), reader.End()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return m, nil
}

func decodeOffers(list *rlp.Reader) (*Offers, error) {
	manifests, err := list.List()
	if err != nil {
		return nil, err
	}
	m, size := &Offers{}, 0
	for manifests.More() {
		manifest, err := manifests.Bytes()
		if err != nil {
			return nil, err
		}
		if size += len(manifest); len(m.Manifests) == MaxOffers || size > MaxOffersBytes {
			return nil, fmt.Errorf("more than %d manifests or %d bytes", MaxOffers, MaxOffersBytes)
		}
		m.Manifests = append(m.Manifests, manifest)
	}
	return m, nil
}

func (m *Request) decode(list *rlp.Reader) (err error) {
	var section, index uint64
	for _, field := range []*uint64{&m.Height, &section, &index, &m.Place.Number} {
		if *field, err = list.Uint64(); err != nil {
			return err
		}
	}
	if section >= snapshot.Sections || index > 1 {
		return fmt.Errorf("section %d, index %d: want less than %d, and 0 or 1", section, index, snapshot.Sections)
	}
	m.Place.Section, m.Place.Index = int(section), index == 1
	return nil
}

func decodeAnswer(list *rlp.Reader) (m *Answer, err error) {
	m = &Answer{}
	if err = m.decode(list); err != nil {
		return nil, err
	}
	if m.Content, err = list.Bytes(); err == nil && len(m.Content) > snapshot.MaxPart {
		err = fmt.Errorf("a part of %d bytes, at most %d", len(m.Content), snapshot.MaxPart)
	}
	return m, err
}

package dissemination

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// kindStated is [9, signature, [[wire form, parties]…]], in the class of transactions.
// Parties are the sender or, where another one pays, sender ‖ payer.
const kindStated = 9

// Claim is a transaction with what its signatures yield, by the word of who sends it.
type Claim struct {
	Wire          []byte
	Sender, Payer chain.Address
}

// Stated is a batch of transactions with the statement of the node that sends it.
type Stated struct {
	Signature []byte
	Claims    []Claim // 1 to MaxBatchCount
}

// NewStated returns a batch as its sender states it.
func NewStated(signature []byte, batch []chain.Verified) *Stated {
	m := &Stated{Signature: signature, Claims: make([]Claim, len(batch))}
	for i := range batch {
		m.Claims[i] = Claim{Wire: batch[i].Raw, Sender: batch[i].Sender, Payer: batch[i].Payer}
	}
	return m
}

// Wires returns the transactions in their wire forms.
func (m *Stated) Wires() [][]byte {
	wires := make([][]byte, len(m.Claims))
	for i := range m.Claims {
		wires[i] = m.Claims[i].Wire
	}
	return wires
}

// Encode returns the message.
func (m *Stated) Encode() []byte {
	var claims []byte
	for i := range m.Claims {
		c := &m.Claims[i]
		parties := c.Sender[:]
		if c.Payer != c.Sender {
			parties = append(parties[:len(parties):len(parties)], c.Payer[:]...)
		}
		claims = rlp.AppendList(claims, rlp.AppendBytes(rlp.AppendBytes(nil, c.Wire), parties))
	}
	p := rlp.AppendBytes(rlp.AppendUint64(nil, kindStated), m.Signature)
	return rlp.AppendList(nil, rlp.AppendList(p, claims))
}

// IsStated reports whether a message of the class of transactions is a [Stated]. One of
// plain transactions begins with a wire form, which is never one byte.
func IsStated(message []byte) bool {
	list, err := rlp.NewReader(message).List()
	if err != nil {
		return false
	}
	kind, err := list.Uint64()
	return err == nil && kind == kindStated
}

// DecodeStated reads what Encode writes; the wire forms alias the message.
func DecodeStated(message []byte) (*Stated, error) {
	reader := rlp.NewReader(message)
	m, err := decodeStated(reader)
	if err == nil {
		err = reader.End()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return m, nil
}

func decodeStated(reader *rlp.Reader) (*Stated, error) {
	list, err := reader.List()
	if err != nil {
		return nil, err
	}
	if kind, err := list.Uint64(); err != nil || kind != kindStated {
		return nil, errors.Join(err, fmt.Errorf("kind %d, want %d", kind, kindStated))
	}
	m := &Stated{}
	if m.Signature, err = decodeSignature(list); err != nil {
		return nil, err
	}
	claims, err := list.List()
	for err == nil && claims.More() {
		var c Claim
		if c, err = decodeClaim(claims); err == nil && len(m.Claims) == MaxBatchCount {
			err = fmt.Errorf("more than %d transactions", MaxBatchCount)
		}
		m.Claims = append(m.Claims, c)
	}
	if err == nil && len(m.Claims) == 0 {
		err = errors.New("no transactions")
	}
	return m, errors.Join(err, list.End())
}

func decodeClaim(claims *rlp.Reader) (c Claim, err error) {
	item, err := claims.List()
	if err != nil {
		return c, err
	}
	if c.Wire, err = item.Bytes(); err != nil {
		return c, err
	}
	parties, err := item.Bytes()
	if err != nil {
		return c, err
	}
	size := copy(c.Sender[:], parties)
	c.Payer = c.Sender
	switch rest := parties[size:]; {
	case len(c.Wire) == 0, size < len(c.Sender), len(rest) != 0 && len(rest) != len(c.Payer):
		return c, fmt.Errorf("wire form of %d bytes, parties of %d", len(c.Wire), len(parties))
	case len(rest) > 0:
		if copy(c.Payer[:], rest); c.Payer == c.Sender {
			return c, errors.New("the payer is the sender and named twice")
		}
	}
	return c, item.End()
}

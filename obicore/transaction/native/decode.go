package native

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
)

// Decode reads one signed transaction and nothing after it, for whichever chain. It makes no copy: the result aliases raw.
// Errors wrap chain.ErrUnknownType, chain.ErrTooLarge (more than chain.MaxWire bytes), chain.ErrMalformed, or what Check
// returns.
func Decode(raw []byte) (*Transaction, error) {
	if len(raw) > chain.MaxWire {
		return nil, fmt.Errorf("%w: transaction of %d bytes", chain.ErrTooLarge, len(raw))
	}
	kind, err := chain.EnvelopeType(raw)
	if err != nil {
		return nil, err
	}
	if kind != Type {
		return nil, fmt.Errorf("%w: 0x%02x", chain.ErrUnknownType, kind)
	}
	t := &Transaction{}
	if err := envelope.Read(raw[1:], "transaction", t.decodeFields); err != nil {
		return nil, err
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	return t, nil
}

// content is the part of an encoding that Decode took which the id stands for: its fields
// before the signatures, as they are written.
func content(raw []byte) ([]byte, error) {
	list, err := rlp.NewReader(raw[1:]).List()
	if err != nil {
		return nil, err
	}
	length := 0
	for range contentFields {
		field, err := list.Raw()
		if err != nil {
			return nil, err
		}
		length += len(field)
	}
	signatures, err := list.Raw()
	if err != nil {
		return nil, err
	}
	end := len(raw) - len(signatures)
	return raw[end-length : end : end], nil
}

// contentFields is how many fields stand before the signatures.
const contentFields = 12

// decodeClaims reads what is to be checked from an encoding that Decode took.
func (t *Transaction) decodeClaims(f *envelope.Fields) {
	f.Skip("identity")
	f.Fixed("sender", t.Sender[:])
	for range 8 {
		f.Skip("field")
	}
	f.Optional("payer", t.Payer[:])
	f.Skip("payload")
	t.BySender, t.ByPayer = signatures(f)
}

// decodeFields reads the fields in the order in which appendContent writes them, and the signatures.
func (t *Transaction) decodeFields(f *envelope.Fields) {
	f.Fixed("identity", t.Identity[:])
	f.Fixed("sender", t.Sender[:])
	t.Lane = f.Uint64("lane")
	t.Nonce = f.Uint64("nonce")
	t.ValidUntil = f.Uint64("validUntil")
	t.Gas = f.Uint64("gas")
	t.FeeCap = f.Word("feeCap")
	t.TipCap = f.Word("tipCap")
	t.Calls = calls(f)
	t.Access = f.Access("access")
	f.Optional("payer", t.Payer[:])
	f.Optional("payload", t.Payload[:])
	t.BySender, t.ByPayer = signatures(f)
}

func calls(f *envelope.Fields) (list []chain.Call) {
	f.Each("calls", MaxCalls, func(calls *envelope.Fields) {
		calls.List("call", func(call *envelope.Fields) {
			list = append(list, chain.Call{To: call.Recipient("to"), Value: call.Word("value"), Input: call.Bytes("input")})
		})
	})
	return list
}

func signatures(f *envelope.Fields) (sender, payer Signature) {
	var list []Signature
	f.Each("signatures", 2, func(entries *envelope.Fields) {
		entries.List("signature", func(entry *envelope.Fields) {
			list = append(list, Signature{
				Scheme: chain.Scheme(entry.Uint16("scheme")),
				Key:    entry.Bytes("public key"),
				Bytes:  entry.Bytes("signature"),
			})
		})
	})
	for i := range list {
		if list[i].isMissing() {
			f.Fail("signature", errors.New("it is empty"))
		}
	}
	switch len(list) {
	case 2:
		return list[0], list[1]
	case 1:
		return list[0], payer
	}
	return sender, payer
}

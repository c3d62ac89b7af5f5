package native

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// errZero says that a value that may be left out is written as zeros.
var errZero = errors.New("written as zeros; none is the empty string")

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
	outer := fields{reader: rlp.NewReader(raw[1:])}
	outer.list("transaction", t.decodeFields)
	if outer.err == nil {
		outer.fail("transaction", outer.reader.End())
	}
	if outer.err != nil {
		return nil, outer.err
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	return t, nil
}

// decodeFields reads the fields in the order in which appendContent writes them, and the signatures.
func (t *Transaction) decodeFields(f *fields) {
	f.fixed("identity", t.Identity[:])
	f.fixed("sender", t.Sender[:])
	t.Lane = f.uint64("lane")
	t.Nonce = f.uint64("nonce")
	t.ValidUntil = f.uint64("validUntil")
	t.Gas = f.uint64("gas")
	t.FeeCap = f.word("feeCap")
	t.TipCap = f.word("tipCap")
	t.Calls = f.calls()
	t.Access = f.access()
	f.optional("payer", t.Payer[:])
	f.optional("payload", t.Payload[:])
	t.BySender, t.ByPayer = f.signatures()
}

func (f *fields) calls() (list []chain.Call) {
	f.each("calls", MaxCalls, func(calls *fields) {
		calls.list("call", func(call *fields) {
			list = append(list, chain.Call{To: call.recipient("to"), Value: call.word("value"), Input: call.bytes("input")})
		})
	})
	return list
}

func (f *fields) access() (list []chain.Access) {
	f.each("access", chain.MaxWire, func(entries *fields) {
		entries.list("access entry", func(entry *fields) {
			var access chain.Access
			entry.fixed("access address", access.Address[:])
			entry.each("access slots", chain.MaxWire, func(slots *fields) {
				var slot chain.Word
				slots.fixed("access slot", slot[:])
				access.Slots = append(access.Slots, slot)
			})
			list = append(list, access)
		})
	})
	return list
}

func (f *fields) signatures() (sender, payer Signature) {
	var list []Signature
	f.each("signatures", 2, func(entries *fields) {
		entries.list("signature", func(entry *fields) {
			list = append(list, Signature{
				Scheme: chain.Scheme(entry.uint16("scheme")),
				Key:    entry.bytes("public key"),
				Bytes:  entry.bytes("signature"),
			})
		})
	})
	for i := range list {
		if list[i].isMissing() {
			f.fail("signature", errors.New("it is empty"))
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

package native

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
)

// Encode returns the wire bytes. Signatures that are missing are left out, so that Decode takes a signed transaction only.
func (t *Transaction) Encode() []byte {
	payload := t.appendContent(nil)
	payload = appendSignatures(payload, &t.BySender, &t.ByPayer)
	encoded := make([]byte, 0, len(payload)+10)
	return rlp.AppendList(append(encoded, Type), payload)
}

// EncodeUnsigned returns the content that the id stands for: the RLP list of all fields before the signatures.
func (t *Transaction) EncodeUnsigned() []byte {
	return rlp.AppendList(nil, t.appendContent(nil))
}

// ID returns the transaction's id on its chain, which is also the digest that sender and payer sign:
// chain.SigningHash(transaction, identity, "native", EncodeUnsigned).
func (t *Transaction) ID(hasher chain.Hasher) chain.Hash {
	return chain.SigningHash(hasher, chain.DomainTransaction, t.Identity, Kind, t.EncodeUnsigned())
}

// appendContent appends all fields before the signatures.
func (t *Transaction) appendContent(dst []byte) []byte {
	dst = rlp.AppendBytes(dst, t.Identity[:])
	dst = rlp.AppendBytes(dst, t.Sender[:])
	dst = rlp.AppendUint64(dst, t.Lane)
	dst = rlp.AppendUint64(dst, t.Nonce)
	dst = rlp.AppendUint64(dst, t.ValidUntil)
	dst = rlp.AppendUint64(dst, t.Gas)
	dst = rlp.AppendWord(dst, t.FeeCap)
	dst = rlp.AppendWord(dst, t.TipCap)
	dst = appendCalls(dst, t.Calls)
	dst = envelope.AppendAccess(dst, t.Access)
	dst = appendOptional(dst, t.Payer[:], t.Payer.IsZero())
	return appendOptional(dst, t.Payload[:], t.Payload.IsZero())
}

// appendOptional appends a value, or the empty string where there is none.
func appendOptional(dst, value []byte, none bool) []byte {
	if none {
		value = nil
	}
	return rlp.AppendBytes(dst, value)
}

func appendCalls(dst []byte, calls []chain.Call) []byte {
	var entries []byte
	for i := range calls {
		call := &calls[i]
		var to []byte
		if call.To != nil {
			to = call.To[:]
		}
		entry := rlp.AppendBytes(nil, to)
		entry = rlp.AppendWord(entry, call.Value)
		entry = rlp.AppendBytes(entry, call.Input)
		entries = rlp.AppendList(entries, entry)
	}
	return rlp.AppendList(dst, entries)
}

func appendSignatures(dst []byte, list ...*Signature) []byte {
	var entries []byte
	for _, s := range list {
		if s.isMissing() {
			continue
		}
		entry := rlp.AppendUint64(nil, uint64(s.Scheme))
		entry = rlp.AppendBytes(entry, s.Key)
		entry = rlp.AppendBytes(entry, s.Bytes)
		entries = rlp.AppendList(entries, entry)
	}
	return rlp.AppendList(dst, entries)
}

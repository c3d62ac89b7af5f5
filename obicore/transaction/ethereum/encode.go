package ethereum

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
)

// Keccak returns the Keccak-256 digest of the concatenation of its arguments. It is safe for concurrent use.
type Keccak func(parts ...[]byte) chain.Hash

// Encode returns the wire bytes of the signed transaction.
func (t *Transaction) Encode() []byte {
	payload := t.appendFields(nil)
	payload = rlp.AppendWord(payload, t.V)
	payload = rlp.AppendWord(payload, t.R)
	payload = rlp.AppendWord(payload, t.S)
	return t.envelope(payload)
}

// EncodeUnsigned returns the bytes whose Keccak-256 digest is signed: the type byte and the fields without signature;
// for legacy transactions with EIP-155 the chain id and two zeros stand in place of the signature.
func (t *Transaction) EncodeUnsigned() []byte {
	payload := t.appendFields(nil)
	if t.Type == TypeLegacy && t.Protected() {
		payload = rlp.AppendUint64(payload, t.ChainID)
		payload = rlp.AppendUint64(payload, 0)
		payload = rlp.AppendUint64(payload, 0)
	}
	return t.envelope(payload)
}

// SigningHash returns the digest that the sender signs.
func (t *Transaction) SigningHash(keccak Keccak) chain.Hash {
	return keccak(t.EncodeUnsigned())
}

// ID returns the transaction hash: the digest of the signed transaction's bytes.
func (t *Transaction) ID(keccak Keccak) chain.Hash {
	return keccak(t.Encode())
}

func (t *Transaction) envelope(payload []byte) []byte {
	encoded := make([]byte, 0, len(payload)+10)
	if t.Type != TypeLegacy {
		encoded = append(encoded, t.Type)
	}
	return rlp.AppendList(encoded, payload)
}

// appendFields appends all fields before the signature.
func (t *Transaction) appendFields(dst []byte) []byte {
	if t.Type != TypeLegacy {
		dst = rlp.AppendUint64(dst, t.ChainID)
	}
	dst = rlp.AppendUint64(dst, t.Nonce)
	if t.hasGasPrice() {
		dst = rlp.AppendWord(dst, t.GasPrice)
	} else {
		dst = rlp.AppendWord(dst, t.TipCap)
		dst = rlp.AppendWord(dst, t.FeeCap)
	}
	dst = rlp.AppendUint64(dst, t.Gas)
	if t.To == nil {
		dst = rlp.AppendBytes(dst, nil)
	} else {
		dst = rlp.AppendBytes(dst, t.To[:])
	}
	dst = rlp.AppendWord(dst, t.Value)
	dst = rlp.AppendBytes(dst, t.Data)
	if t.Type != TypeLegacy {
		dst = envelope.AppendAccess(dst, t.AccessList)
	}
	if t.Type == TypeBlob {
		dst = rlp.AppendWord(dst, t.BlobFeeCap)
		dst = appendBlobHashes(dst, t.BlobHashes)
	}
	if t.Type == TypeSetCode {
		dst = appendAuthorizations(dst, t.Authorizations)
	}
	return dst
}

func appendBlobHashes(dst []byte, list []chain.Hash) []byte {
	var hashes []byte
	for _, hash := range list {
		hashes = rlp.AppendBytes(hashes, hash[:])
	}
	return rlp.AppendList(dst, hashes)
}

func appendAuthorizations(dst []byte, list []Authorization) []byte {
	var entries []byte
	for i := range list {
		a := &list[i]
		entry := a.appendContent(nil)
		entry = rlp.AppendUint64(entry, uint64(a.Parity))
		entry = rlp.AppendWord(entry, a.R)
		entry = rlp.AppendWord(entry, a.S)
		entries = rlp.AppendList(entries, entry)
	}
	return rlp.AppendList(dst, entries)
}

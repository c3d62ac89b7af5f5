package chain

import "github.com/credibleledger/credibleledger/kernel/encoding/rlp"

// Account is the value under an account key (formats, State). CodeHash is
// zero for an account without code, so that "no code" needs no hash function;
// otherwise it is the digest that the EVM shows as EXTCODEHASH on every chain.
type Account struct {
	Nonce    uint64
	Balance  Word
	CodeHash Hash
}

// IsEmpty reports whether the account is empty in the sense of EIP-161: such
// an account is not stored.
func (a Account) IsEmpty() bool { return a == Account{} }

// Encode returns the canonical RLP list [nonce, balance, code hash or empty].
func (a Account) Encode() []byte {
	p := rlp.AppendUint64(nil, a.Nonce)
	p = rlp.AppendWord(p, a.Balance)
	p = rlp.AppendBytes(p, optionalHash(a.CodeHash))
	return rlp.AppendList(nil, p)
}

// DecodeAccount reads what Encode writes.
func DecodeAccount(b []byte) (a Account, err error) {
	d := newDecoder(b, "account")
	d.list(func(d *decoder) {
		a.Nonce = d.uint64()
		a.Balance = d.word()
		a.CodeHash = d.optionalHash()
	})
	return a, d.finish()
}

func optionalHash(h Hash) []byte {
	if h.IsZero() {
		return nil
	}
	return h[:]
}

func (d *decoder) optionalHash() (h Hash) {
	b := d.bytes(HashSize)
	if len(b) != 0 && len(b) != HashSize || len(b) == HashSize && Hash(b).IsZero() {
		d.fail(ErrMalformed)
		return h
	}
	copy(h[:], b)
	return h
}

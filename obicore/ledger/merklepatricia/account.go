package merklepatricia

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// accountLeaf is the value of an account's leaf: the account, with a zero code hash
// when it has no code, and the root of its storage.
type accountLeaf struct {
	chain.Account
	storage chain.Hash
}

// encode returns rlp([nonce, balance, storage root, code hash]).
func (l *accountLeaf) encode() []byte {
	code := l.CodeHash
	if code.IsZero() {
		code = emptyCode
	}
	payload := rlp.AppendUint64(make([]byte, 0, 128), l.Nonce)
	payload = rlp.AppendWord(payload, l.Balance)
	payload = rlp.AppendBytes(payload, l.storage[:])
	payload = rlp.AppendBytes(payload, code[:])
	return rlp.AppendList(nil, payload)
}

// decodeAccountLeaf reads what encode writes, and nothing else; nothing is an account
// that does not exist.
func decodeAccountLeaf(value []byte) (l accountLeaf, err error) {
	if l.storage = emptyRoot; len(value) == 0 {
		return l, nil
	}
	whole := rlp.NewReader(value)
	items, err := whole.List()
	if err == nil {
		l.Nonce, err = items.Uint64()
	}
	if err == nil {
		l.Balance, err = items.Word()
	}
	if err == nil {
		err = items.Fixed(l.storage[:])
	}
	if err == nil {
		err = items.Fixed(l.CodeHash[:])
	}
	if err != nil || items.More() || whole.More() || l.CodeHash.IsZero() {
		return l, fmt.Errorf("%w: the leaf of an account", errNode)
	}
	if l.CodeHash == emptyCode {
		l.CodeHash = chain.Hash{}
	}
	return l, nil
}

// onlyStorage reports whether the leaf stands for storage without an account entry.
func (l *accountLeaf) onlyStorage() bool { return l.IsEmpty() && l.storage != emptyRoot }

// decodeEntry reads the value of an account entry.
func decodeEntry(value []byte) (chain.Account, error) {
	account, err := chain.DecodeAccount(value)
	if err == nil && account.CodeHash == emptyCode {
		// The leaf would be that of an account without code.
		err = fmt.Errorf("%w: an account with the hash of empty code", chain.ErrMalformed)
	}
	return account, err
}

// accountChange is what one block does to one account.
type accountChange struct {
	written bool // the account entry has the value entry, none when it is nil
	entry   *chain.Account
	touched bool       // the storage has changed
	storage chain.Hash // its root then
}

// apply returns the leaf after the change, nil when there is none, from the leaf before.
func (c *accountChange) apply(before []byte) ([]byte, error) {
	l, err := decodeAccountLeaf(before)
	if err != nil {
		return nil, err
	}
	exists := len(before) > 0 && !l.onlyStorage()
	if c.written {
		exists, l.Account = c.entry != nil, chain.Account{}
		if exists {
			l.Account = *c.entry
		}
	}
	if c.touched {
		l.storage = c.storage
	}
	if !exists && l.storage == emptyRoot {
		return nil, nil
	}
	return l.encode(), nil
}

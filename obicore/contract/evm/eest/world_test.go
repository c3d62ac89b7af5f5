package eest

import (
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// world is flat state in memory; it is a ledger.View.
type world map[chain.StateKey][]byte

func (w world) Height() uint64                         { return 0 }
func (w world) Close() error                           { return nil }
func (w world) Get(key chain.StateKey) ([]byte, error) { return w[key], nil }
func (w world) Scan(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
	var subkeys []string
	for key := range w {
		if key.Owner == owner && key.Space == space && key.Subkey >= from {
			subkeys = append(subkeys, key.Subkey)
		}
	}
	slices.Sort(subkeys)
	for _, subkey := range subkeys {
		if !f(subkey, w[chain.StateKey{Owner: owner, Space: space, Subkey: subkey}]) {
			break
		}
	}
	return nil
}

func (w world) apply(writes []chain.Write) {
	for _, write := range writes {
		if len(write.Value) == 0 {
			delete(w, write.Key)
		} else {
			w[write.Key] = write.Value
		}
	}
}

// root returns Ethereum's state root over the flat entries.
func (w world) root() (chain.Hash, error) {
	storage := make(map[chain.Address][]leafItem)
	for key, value := range w {
		if key.Space == chain.SpaceStorage {
			storage[key.Owner] = append(storage[key.Owner], newLeaf([]byte(key.Subkey), rlp.AppendBytes(nil, value)))
		}
	}
	var accounts []leafItem
	for key, value := range w {
		if key.Space != chain.SpaceAccount {
			continue
		}
		account, err := chain.DecodeAccount(value)
		if err != nil {
			return chain.Hash{}, err
		}
		root := trieRoot(storage[key.Owner])
		code := account.CodeHash
		if code.IsZero() {
			code = keccak.Keccak256()
		}
		p := rlp.AppendUint64(nil, account.Nonce)
		p = rlp.AppendWord(p, account.Balance)
		p = rlp.AppendBytes(p, root[:])
		p = rlp.AppendBytes(p, code[:])
		accounts = append(accounts, newLeaf(key.Owner[:], rlp.AppendList(nil, p)))
	}
	return trieRoot(accounts), nil
}

// logsHash returns the digest by which fixtures name the logs.
func logsHash(logs []chain.Log) chain.Hash {
	var payload []byte
	for _, log := range logs {
		var topics []byte
		for _, topic := range log.Topics {
			topics = rlp.AppendBytes(topics, topic[:])
		}
		p := rlp.AppendBytes(nil, log.Address[:])
		p = rlp.AppendList(p, topics)
		payload = rlp.AppendList(payload, rlp.AppendBytes(p, log.Data))
	}
	return keccak.Keccak256(rlp.AppendList(nil, payload))
}

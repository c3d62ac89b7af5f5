package eest

import (
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
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

// noNodes is the empty trie that a world is committed to.
type noNodes struct{}

func (noNodes) Node([]byte) ([]byte, error) { return nil, nil }

// root returns Ethereum's state root over the flat entries.
func (w world) root() (chain.Hash, error) {
	writes := make([]chain.Write, 0, len(w))
	for key, value := range w {
		writes = append(writes, chain.Write{Key: key, Value: value})
	}
	change, err := merklepatricia.New(nil).Update(noNodes{}, chain.MergeWrites(writes))
	return change.Root, err
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

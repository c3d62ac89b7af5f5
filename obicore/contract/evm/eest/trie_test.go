package eest

import (
	"bytes"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// leafItem is one entry of a secure trie: the nibbles of its hashed key and its
// encoded value.
type leafItem struct {
	nibbles []byte
	value   []byte
}

func newLeaf(key, value []byte) leafItem {
	hash := keccak.Keccak256(key)
	nibbles := make([]byte, 0, 64)
	for _, b := range hash {
		nibbles = append(nibbles, b>>4, b&15)
	}
	return leafItem{nibbles, value}
}

// trieRoot returns the Merkle-Patricia root (yellow paper appendix D) over
// entries with keys of equal length.
func trieRoot(items []leafItem) chain.Hash {
	if len(items) == 0 {
		return keccak.Keccak256([]byte{0x80})
	}
	slices.SortFunc(items, func(a, b leafItem) int { return bytes.Compare(a.nibbles, b.nibbles) })
	return keccak.Keccak256(trieNode(items, 0))
}

func trieNode(items []leafItem, depth int) []byte {
	if len(items) == 1 {
		return pair(hexPrefix(items[0].nibbles[depth:], true), rlp.AppendBytes(nil, items[0].value))
	}
	first, last := items[0].nibbles, items[len(items)-1].nibbles
	shared := depth
	for first[shared] == last[shared] {
		shared++
	}
	if shared > depth {
		return pair(hexPrefix(first[depth:shared], false), reference(trieNode(items, shared)))
	}
	var payload []byte
	for nibble := byte(0); nibble < 16; nibble++ {
		end := 0
		for end < len(items) && items[end].nibbles[depth] == nibble {
			end++
		}
		if end == 0 {
			payload = append(payload, 0x80)
			continue
		}
		payload = append(payload, reference(trieNode(items[:end], depth+1))...)
		items = items[end:]
	}
	return rlp.AppendList(nil, append(payload, 0x80))
}

func pair(path, child []byte) []byte {
	return rlp.AppendList(nil, append(rlp.AppendBytes(nil, path), child...))
}

func reference(node []byte) []byte {
	if len(node) < 32 {
		return node
	}
	hash := keccak.Keccak256(node)
	return rlp.AppendBytes(nil, hash[:])
}

func hexPrefix(nibbles []byte, leaf bool) []byte {
	flag := byte(0)
	if leaf {
		flag = 2
	}
	var out []byte
	if len(nibbles)%2 == 1 {
		out = append(out, (flag+1)<<4|nibbles[0])
		nibbles = nibbles[1:]
	} else {
		out = append(out, flag<<4)
	}
	for i := 0; i < len(nibbles); i += 2 {
		out = append(out, nibbles[i]<<4|nibbles[i+1])
	}
	return out
}

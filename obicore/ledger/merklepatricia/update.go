package merklepatricia

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Update returns the root and the changed records after writes: first the storage of
// every account that they touch, then the accounts.
func (Commitment) Update(nodes ledger.Nodes, writes []chain.Write) (ledger.Change, error) {
	owners, err := byOwner(writes)
	if err != nil {
		return ledger.Change{}, err
	}
	changed, err := updateStorage(nodes, owners, len(writes))
	if err != nil {
		return ledger.Change{}, err
	}
	accounts := &updater{nodes: nodes, trie: accountTrie, changed: changed}
	changes := make([]change, len(owners))
	for i := range owners {
		changes[i] = change{path: owners[i].path, account: &owners[i].account}
	}
	sortByPath(changes)
	root, err := accounts.update(changes)
	if err != nil {
		return ledger.Change{}, err
	}
	slices.SortFunc(accounts.changed, func(a, b ledger.NodeWrite) int { return bytes.Compare(a.Name, b.Name) })
	return ledger.Change{Root: root, Nodes: accounts.changed}, nil
}

func sortByPath(changes []change) {
	slices.SortFunc(changes, func(a, b change) int { return bytes.Compare(a.path[:], b.path[:]) })
}

// owner is one account with what is written to it.
type owner struct {
	path    chain.Hash
	account accountChange
	storage []change
}

// byOwner groups writes, which are in the order of their keys.
func byOwner(writes []chain.Write) ([]owner, error) {
	var owners []owner
	for len(writes) > 0 {
		address, count := writes[0].Key.Owner, 1
		for count < len(writes) && writes[count].Key.Owner == address {
			count++
		}
		o, err := ownerOf(writes[:count])
		if err != nil {
			return nil, fmt.Errorf("state of %s: %w", address, err)
		}
		if o.account.written || o.account.touched {
			owners = append(owners, o)
		}
		writes = writes[count:]
	}
	return owners, nil
}

func ownerOf(writes []chain.Write) (o owner, err error) {
	o.path = ownerPath(&writes[0].Key.Owner)
	for i := range writes {
		key, value := &writes[i].Key, writes[i].Value
		if err := checkKey(key); err != nil {
			return o, err
		}
		switch key.Space {
		case chain.SpaceAccount:
			if o.account.written = true; len(value) == 0 {
				continue
			}
			entry, err := decodeEntry(value)
			if err != nil {
				return o, err
			}
			o.account.entry = &entry
		case chain.SpaceStorage, chain.SpaceModule:
			o.account.touched = true
			changed := change{path: storagePath(key)}
			if len(value) > 0 {
				changed.value = rlp.AppendBytes(nil, value)
			}
			o.storage = append(o.storage, changed)
		}
	}
	sortByPath(o.storage)
	return o, nil
}

// updateStorage updates the storage tries of owners, side by side when there is much
// to do, and returns the changed records.
func updateStorage(nodes ledger.Nodes, owners []owner, writes int) ([]ledger.NodeWrite, error) {
	workers := min(runtime.GOMAXPROCS(0), len(owners))
	if writes < parallelFrom {
		workers = min(1, workers)
	}
	changed, faults := make([][]ledger.NodeWrite, workers), make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		work := func() {
			for i := w; i < len(owners) && faults[w] == nil; i += workers {
				faults[w] = owners[i].updateStorage(nodes, &changed[w])
			}
		}
		if workers == 1 {
			work()
			continue
		}
		wait.Go(work)
	}
	wait.Wait()
	for _, err := range faults {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(changed...), nil
}

func (o *owner) updateStorage(nodes ledger.Nodes, changed *[]ledger.NodeWrite) (err error) {
	if !o.account.touched {
		return nil
	}
	u := updater{nodes: nodes, trie: storageTrie(&o.path), changed: *changed}
	o.account.storage, err = u.update(o.storage)
	*changed = u.changed
	return err
}

package merklepatricia

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// checkKey refuses keys that the state cannot have (formats, State).
func checkKey(key *chain.StateKey) error {
	good := false
	switch key.Space {
	case chain.SpaceAccount, chain.SpaceCode:
		good = key.Subkey == ""
	case chain.SpaceStorage:
		good = len(key.Subkey) == chain.WordSize
	case chain.SpaceModule:
		good = len(key.Subkey) <= chain.MaxSubkey
	}
	if !good {
		return fmt.Errorf("%w: a subkey of %d bytes in space %d", chain.ErrMalformed, len(key.Subkey), key.Space)
	}
	return nil
}

// ownerPath returns the path of an account.
func ownerPath(owner *chain.Address) chain.Hash { return keccak.Keccak256(owner[:]) }

// storagePath returns the path of an entry in its owner's storage trie. A module's is
// the hash of 33 bytes, which is never that of a slot.
func storagePath(key *chain.StateKey) chain.Hash {
	if key.Space == chain.SpaceStorage {
		return keccak.Keccak256([]byte(key.Subkey))
	}
	subkey := keccak.Keccak256([]byte(key.Subkey))
	return keccak.Keccak256([]byte{byte(chain.SpaceModule)}, subkey[:])
}

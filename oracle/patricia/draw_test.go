package patricia

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// The state that is drawn: some owners, each with some slots and entries of a module.
const (
	owners  = 40
	slots   = 12
	modules = 6
)

func ownerOf(n int) (owner chain.Address) {
	binary.BigEndian.PutUint64(owner[:], uint64(n))
	return owner
}

func slotKey(owner chain.Address, n int) chain.StateKey {
	return chain.StorageKey(owner, chain.WordFromUint64(uint64(n)))
}

func moduleKey(owner chain.Address, n int) chain.StateKey {
	return chain.StateKey{Owner: owner, Space: chain.SpaceModule, Subkey: fmt.Sprint("entry ", n)}
}

// draw writes entries of some owners and removes others.
func draw(random *rand.Rand, count int) (writes []chain.Write) {
	for range count {
		owner := ownerOf(random.IntN(owners))
		switch random.IntN(4) {
		case 0:
			writes = append(writes, drawAccount(random, owner)...)
		case 1:
			writes = append(writes, chain.Write{Key: moduleKey(owner, random.IntN(modules)), Value: drawValue(random, 80)})
		default:
			writes = append(writes, chain.Write{Key: slotKey(owner, random.IntN(slots)), Value: drawValue(random, 32)})
		}
	}
	return chain.MergeWrites(writes)
}

// drawAccount makes an account and code that go together, or removes both.
func drawAccount(random *rand.Rand, owner chain.Address) []chain.Write {
	account, code := chain.Write{Key: chain.AccountKey(owner)}, chain.Write{Key: chain.CodeKey(owner)}
	if random.IntN(4) > 0 {
		entry := chain.Account{Nonce: 1 + uint64(random.IntN(300)), Balance: chain.WordFromUint64(random.Uint64() >> random.IntN(64))}
		if code.Value = drawValue(random, 20); code.Value != nil {
			entry.CodeHash = chain.Hash(crypto.Keccak256Hash(code.Value))
		}
		account.Value = entry.Encode()
	}
	return []chain.Write{account, code}
}

// drawValue is short more often than not, so that nodes stand in their parents, and nothing
// once in a while.
func drawValue(random *rand.Rand, longest int) []byte {
	if random.IntN(4) == 0 {
		return nil
	}
	value := make([]byte, 1+random.IntN(1+random.IntN(longest)))
	for i := range value {
		value[i] = byte(1 + random.IntN(255))
	}
	return value
}

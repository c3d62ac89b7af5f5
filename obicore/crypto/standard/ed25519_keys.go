package standard

import (
	"sync"

	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// maxEd25519Keys bounds the keys that are remembered: about 1 KiB each.
const maxEd25519Keys = 8192

// ed25519Keys remembers public keys that were found good, decompressed: who sends once sends
// again, and finding the point of a key is a third of what checking a signature costs.
type ed25519Keys struct {
	mutex sync.RWMutex
	known map[[voi.PublicKeySize]byte]*voi.ExpandedPublicKey
}

var knownEd25519Keys ed25519Keys

// expand returns a key as checkEd25519 has found it good.
func (k *ed25519Keys) expand(key chain.PublicKey) (*voi.ExpandedPublicKey, error) {
	if key.Scheme == chain.SchemeEd25519 && len(key.Bytes) == voi.PublicKeySize {
		k.mutex.RLock()
		found := k.known[[voi.PublicKeySize]byte(key.Bytes)]
		k.mutex.RUnlock()
		if found != nil {
			return found, nil
		}
	}
	if err := checkEd25519(key); err != nil {
		return nil, err
	}
	expanded, err := voi.NewExpandedPublicKey(key.Bytes)
	if err != nil {
		return nil, err
	}
	k.put([voi.PublicKeySize]byte(key.Bytes), expanded)
	return expanded, nil
}

func (k *ed25519Keys) put(key [voi.PublicKeySize]byte, expanded *voi.ExpandedPublicKey) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.known == nil {
		k.known = make(map[[voi.PublicKeySize]byte]*voi.ExpandedPublicKey)
	}
	for some := range k.known { // any will do: those in use come back
		if len(k.known) < maxEd25519Keys {
			break
		}
		delete(k.known, some)
	}
	k.known[key] = expanded
}

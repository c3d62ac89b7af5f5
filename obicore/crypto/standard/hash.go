package standard

import (
	"crypto/sha256"
	"hash"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// state is a reusable SHA-256 state with the buffer that its digest is written into:
// handed through an interface, a buffer on the stack would move to the heap.
type state struct {
	hash   hash.Hash
	digest chain.Hash
}

var states = sync.Pool{New: func() any { return &state{hash: sha256.New()} }}

// Sum returns SHA-256 of the concatenation of parts. It does not allocate.
func (s *Suite) Sum(parts ...[]byte) chain.Hash {
	if len(parts) == 1 {
		return sha256.Sum256(parts[0])
	}
	current := states.Get().(*state)
	current.hash.Reset()
	for _, part := range parts {
		_, _ = current.hash.Write(part) // a hash never returns an error
	}
	current.hash.Sum(current.digest[:0])
	digest := current.digest
	states.Put(current)
	return digest
}

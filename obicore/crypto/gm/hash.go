package gm

import (
	"hash"
	"sync"

	"github.com/emmansun/gmsm/sm3"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// state is a reusable SM3 state with the buffer that its digest is written into:
// handed through an interface, a buffer on the stack would move to the heap.
type state struct {
	hash   hash.Hash
	digest chain.Hash
}

var states = sync.Pool{New: func() any { return &state{hash: sm3.New()} }}

// Sum returns SM3 of the concatenation of parts.
func (s *Suite) Sum(parts ...[]byte) chain.Hash {
	if len(parts) == 1 {
		return sm3.Sum(parts[0])
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

package keccak

import (
	"hash"
	"io"
	"sync"

	"golang.org/x/crypto/sha3"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// sponge is a reusable state together with the buffer that its digest is read into: read through an interface, a
// buffer on the stack would move to the heap.
type sponge struct {
	state interface {
		hash.Hash
		io.Reader
	}
	digest chain.Hash
}

var sponges = sync.Pool{New: func() any {
	// The type is fixed by the pinned module and covered by this package's tests.
	return &sponge{state: sha3.NewLegacyKeccak256().(interface {
		hash.Hash
		io.Reader
	})}
}}

// Keccak256 returns the Keccak-256 digest of the concatenation of parts.
func Keccak256(parts ...[]byte) chain.Hash {
	s := sponges.Get().(*sponge)
	s.state.Reset()
	for _, part := range parts {
		_, _ = s.state.Write(part) // a hash never returns an error
	}
	// Reading squeezes the state in place, where Sum would copy it.
	_, _ = s.state.Read(s.digest[:])
	digest := s.digest
	sponges.Put(s)
	return digest
}

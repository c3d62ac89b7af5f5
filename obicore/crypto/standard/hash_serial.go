package standard

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// The longest input that is padded here, and the form in which SHA-256 gives its state
// away: a mark of four bytes, the state, the block that is not full, the length.
const (
	longestShort = 2*sha256.BlockSize - endOfPadding
	endOfPadding = 1 + 8 // a bit and the length
	stateAt      = 4
	stateSize    = stateAt + sha256.Size + sha256.BlockSize + 8
)

// serial is SHA-256 for one goroutine. [sha256.Sum256] needs 135 ns for the 65 bytes of a
// tree's node, 77 of them for its two blocks: it goes through them one by one and copies
// its state before the end. Here a short input is padded in place (FIPS 180-4, 5.1.1), and
// after its blocks the state is the digest: 95 ns.
type serial struct {
	hash  hash.Hash
	state encoding.BinaryAppender // the hash's
	block [2 * sha256.BlockSize]byte
	room  [stateSize]byte
}

var _ chain.SerialHasher = (*Suite)(nil)

// Serial returns SHA-256 for one goroutine at a time.
func (s *Suite) Serial() chain.Hasher {
	if !givesState() {
		return s
	}
	return newSerial()
}

// givesState reports whether the state that SHA-256 gives away has the form that is known,
// which its documentation does not promise.
var givesState = sync.OnceValue(func() bool {
	made := newSerial()
	text := []byte("abc")
	return made != nil && made.Sum(text) == sha256.Sum256(text)
})

// newSerial returns nil where SHA-256 gives no state away.
func newSerial() *serial {
	made := sha256.New()
	state, ok := made.(encoding.BinaryAppender)
	if !ok {
		return nil
	}
	return &serial{hash: made, state: state}
}

// Sum implements chain.Hasher.
func (s *serial) Sum(parts ...[]byte) (digest chain.Hash) {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	s.hash.Reset()
	if size > longestShort {
		for _, part := range parts {
			_, _ = s.hash.Write(part) // a hash never returns an error
		}
		return chain.Hash(s.hash.Sum(s.room[:0]))
	}
	_, _ = s.hash.Write(s.pad(parts))
	given, err := s.state.AppendBinary(s.room[:0])
	if err != nil || len(given) != stateSize {
		return chain.Hash{} // which givesState finds out
	}
	return chain.Hash(given[stateAt : stateAt+sha256.Size])
}

// pad returns parts and their padding, one block or two.
func (s *serial) pad(parts [][]byte) []byte {
	at := 0
	for _, part := range parts {
		at += copy(s.block[at:], part)
	}
	end := sha256.BlockSize
	if at+endOfPadding > end {
		end = len(s.block)
	}
	s.block[at] = 0x80
	clear(s.block[at+1 : end-8])
	binary.BigEndian.PutUint64(s.block[end-8:end], uint64(8*at)) //nolint:gosec // at most 119 bytes
	return s.block[:end]
}

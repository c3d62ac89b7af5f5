package evm

import "github.com/holiman/uint256"

// stackLimit is how many words a stack holds (Yellow Paper, 9.1).
const stackLimit = 1024

// stack holds the words of a frame. The interpreter checks its height before each
// instruction; the mask only tells the compiler what the table says.
type stack [stackLimit]uint256.Int

func (s *stack) at(i int) *uint256.Int { return &s[i&(stackLimit-1)] }

// chunkWords is how many words are taken from memory at once: 128 KiB.
const chunkWords = 4 * stackLimit

// arena gives the frames of a session their stacks. A frame's begins where the one of the
// frame around it has ended for now, so that deep recursion, whose frames use few words
// each, does not take a whole stack for each of them.
type arena struct {
	chunks [][]uint256.Int
}

// room is a place in an arena.
type room struct{ chunk, word int }

// stack returns a stack at a place, or in the next chunk if too little is left behind it,
// and its place.
func (a *arena) stack(at room) (*stack, room) {
	if at.word+stackLimit > chunkWords {
		at = room{at.chunk + 1, 0}
	}
	if at.chunk == len(a.chunks) {
		a.chunks = append(a.chunks, make([]uint256.Int, chunkWords))
	}
	return (*stack)(a.chunks[at.chunk][at.word:]), at
}

// shrink keeps the first chunk only.
func (a *arena) shrink() {
	if len(a.chunks) > 1 {
		clear(a.chunks[1:])
		a.chunks = a.chunks[:1]
	}
}

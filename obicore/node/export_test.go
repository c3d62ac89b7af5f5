package node

import "github.com/credibleledger/credibleledger/kernel/chain"

// ReadPool submits the transactions of a saved pool, as Open does.
var ReadPool = (*Chain).readPool

// Bodies is the record of bodies that are voted for by their digest.
type Bodies = bodies

// What tests see of ordering by digest.
var (
	NewBodies     = newBodies
	KeepBody      = (*bodies).keep
	BodiesDecided = (*bodies).decided
	OrderedForm   = orderedForm
	Divided       = divided
)

// RecentIDs is what is known of the ids in the window without asking the ledger.
type RecentIDs = recentIDs

// What tests see of it.
var (
	NewRecentIDs   = newRecentIDs
	AddRecentIDs   = (*recentIDs).add
	RecentlyAbsent = (*recentIDs).absent
)

// What tests see of the memories of blocks and of checked transactions.
var (
	NewBlockCache     = newBlockCache
	CacheBlock        = (*blockCache).set
	NewVerifiedMemory = newVerifiedMemory
	RememberVerified  = (*verifiedMemory).put
)

// CachedBytes is what the blocks in a memory take.
func CachedBytes(c *blockCache) int { return c.bytes }

// Cached reports whether a block is in a memory.
func Cached(c *blockCache, height uint64) bool {
	block, _ := c.get(height)
	return block != nil
}

// VerifiedCount is how many transactions a memory holds.
func VerifiedCount(m *verifiedMemory) int { return len(m.young) + len(m.old) }

// RemembersVerified reports whether a memory holds a transaction.
func RemembersVerified(m *verifiedMemory, raw []byte) bool {
	_, known := m.get(raw)
	return known
}

// HeldBody returns the body that is held for a header, nil when none is.
func HeldBody(b *Bodies, header chain.Hash) []byte {
	if held := b.get(header); held != nil {
		return held.body
	}
	return nil
}

// EncodeHeld returns the record of a body.
func EncodeHeld(height uint64, header chain.Hash, body []byte) []byte {
	return (&heldBody{height: height, header: header, body: body}).encode()
}

// DecodeHeld reads the record of a body.
func DecodeHeld(record []byte) (height uint64, header chain.Hash, body []byte, err error) {
	h, err := decodeHeld(record)
	if err != nil {
		return 0, header, nil, err
	}
	return h.height, h.header, h.body, nil
}

// UnderPressure reports whether a chain slows admission down.
func UnderPressure(c *Chain) bool { return c.pressure.excess(c.options.Clock.Now()) > 0 }

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

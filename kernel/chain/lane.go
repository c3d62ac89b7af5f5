package chain

import "encoding/binary"

// LaneAddress holds the next nonces of all lanes but lane 0, which is the account's own
// nonce, and the unordered one, which has none.
var LaneAddress = SystemAddress(2)

// LaneKey returns the state key of a lane's next nonce: storage of LaneAddress under the
// slot 0x00000000 ‖ sender ‖ lane.
func LaneKey(sender Address, lane uint64) StateKey {
	return StorageKey(LaneAddress, LaneSlot(sender, lane))
}

// LaneSlot returns the slot of a lane's next nonce.
func LaneSlot(sender Address, lane uint64) (slot Word) {
	copy(slot[4:], sender[:])
	binary.BigEndian.PutUint64(slot[WordSize-8:], lane)
	return slot
}

// LaneOf reads a slot of LaneAddress.
func LaneOf(slot Word) (sender Address, lane uint64) {
	copy(sender[:], slot[4:])
	return sender, binary.BigEndian.Uint64(slot[WordSize-8:])
}

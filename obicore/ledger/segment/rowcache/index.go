package rowcache

import "hash/maphash"

// The index is a table with open addressing and linear steps. A slot holds a tag, the upper bits
// of its key's hash, whether the row was asked for, and its place and one; zero is an empty slot. Where
// a tag belongs follows from the tag alone, so that the table grows without a look at rows.
const (
	tagBits    = 31
	tagShift   = 64 - tagBits
	asked      = 1 << 32
	placeMask  = asked - 1
	leastSlots = 1 << 9
	mostSlots  = 1 << tagBits
)

func (c *Cache) tagOf(key []byte) uint64 { return maphash.Bytes(c.seed, key) >> tagShift }

func placeOf(word uint64) int { return int(word&placeMask) - 1 } //nolint:gosec // 32 bits

// find returns the slot of a key.
func (c *Cache) find(tag uint64, key []byte) (at int, found bool) {
	for at = c.home(tag); ; at = c.after(at) {
		word := c.slots[at].Load()
		if word == 0 {
			return at, false
		}
		if word>>tagShift == tag && string(c.row(placeOf(word)).key()) == string(key) {
			return at, true
		}
	}
}

// slotOf returns the slot that says a row stands in a place, if one does.
func (c *Cache) slotOf(tag uint64, place int) (at int, found bool) {
	for at = c.home(tag); ; at = c.after(at) {
		word := c.slots[at].Load()
		if word == 0 {
			return at, false
		}
		if word>>tagShift == tag && placeOf(word) == place {
			return at, true
		}
	}
}

// home is where a tag belongs.
func (c *Cache) home(tag uint64) int { return int(tag * uint64(len(c.slots)) >> tagBits) }

func (c *Cache) after(slot int) int {
	if slot++; slot < len(c.slots) {
		return slot
	}
	return 0
}

func wordOf(tag uint64, place int) uint64 { return tag<<tagShift | uint64(place+1) } //nolint:gosec // 32 bits, see addChunk

// insert notes where a row stands whose key has no slot.
func (c *Cache) insert(tag uint64, place int) {
	c.rows++
	c.settle(wordOf(tag, place))
}

// settle puts a word where its tag belongs.
func (c *Cache) settle(word uint64) {
	at := c.home(word >> tagShift)
	for c.slots[at].Load() != 0 {
		at = c.after(at)
	}
	c.slots[at].Store(word)
}

// free empties a slot and moves those behind it that would not be found any more.
func (c *Cache) free(at int) {
	c.rows--
	for next := c.after(at); ; next = c.after(next) {
		word := c.slots[next].Load()
		if word == 0 {
			break
		}
		home := c.home(word >> tagShift)
		if distance(home, next, len(c.slots)) >= distance(at, next, len(c.slots)) {
			c.slots[at].Store(word)
			at = next
		}
	}
	c.slots[at].Store(0)
}

// distance is how many steps lead from one slot to another.
func distance(from, to, slots int) int {
	if to < from {
		to += slots
	}
	return to - from
}

// grow makes the index a quarter larger, unless memory is at its bound.
func (c *Cache) grow() bool {
	count := max(leastSlots, len(c.slots)/4*5)
	if count > mostSlots {
		return false
	}
	slots := c.memory.takeSlots(count)
	if slots == nil {
		return false
	}
	former := c.slots
	c.slots = slots
	for i := range former {
		if word := former[i].Load(); word != 0 {
			c.settle(word)
		}
	}
	c.memory.giveSlots(former)
	return true
}

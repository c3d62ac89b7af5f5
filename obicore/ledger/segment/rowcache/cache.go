package rowcache

import (
	"hash/maphash"
	"sync/atomic"
)

// MaxRow is the most that key and value of a row take together, in bytes; larger ones are not
// remembered.
const MaxRow = 8<<10 - headSize

// Cache remembers rows in a memory that it may share with others.
type Cache struct {
	memory *Memory
	seed   maphash.Seed
	slots  []atomic.Uint64 // the index
	rows   int
	chunks []chunk
	last   int // the chunk that rows are put into
	turn   int // the chunk that gives up rows next
}

// New returns an empty cache.
func New(memory *Memory) *Cache { return &Cache{memory: memory, seed: maphash.MakeSeed()} }

// Len returns the number of rows.
func (c *Cache) Len() int { return c.rows }

// Get appends the value under a key to dst.
func (c *Cache) Get(dst, key []byte) (value []byte, found bool) {
	if c.rows == 0 {
		return dst, false
	}
	at, found := c.find(c.tagOf(key), key)
	if !found {
		return dst, false
	}
	word := c.slots[at].Load()
	if word&asked == 0 {
		c.slots[at].Or(asked)
	}
	return append(dst, c.row(placeOf(word)).value()...), true
}

// Has reports whether there is a row under a key, which does not count as asking for it.
func (c *Cache) Has(key []byte) bool {
	if c.rows == 0 {
		return false
	}
	_, found := c.find(c.tagOf(key), key)
	return found
}

// Set remembers a row in place of what is known of its key.
func (c *Cache) Set(key, value []byte) {
	tag := c.tagOf(key)
	if c.rows > 0 {
		if at, found := c.find(tag, key); found {
			if c.row(placeOf(c.slots[at].Load())).become(key, value) {
				return
			}
			c.remove(at)
		}
	}
	if len(key)+len(value) <= MaxRow && c.makeRoom(sizeOf(key, value)) {
		c.insert(tag, c.put(key, value))
	}
}

// Offer remembers a row of whose key nothing is known, unless others would have to go; it reports whether
// there is more such room.
func (c *Cache) Offer(key, value []byte) (room bool) {
	if len(key)+len(value) > MaxRow || c.Has(key) {
		return true
	}
	if c.full() && !c.grow() || !c.fits(sizeOf(key, value)) && !c.reclaim(mostlyGarbage) && !c.addChunk() {
		return false
	}
	c.insert(c.tagOf(key), c.put(key, value))
	return true
}

// Delete forgets what is known of a key.
func (c *Cache) Delete(key []byte) {
	if c.rows == 0 {
		return
	}
	if at, found := c.find(c.tagOf(key), key); found {
		c.remove(at)
	}
}

// Clear forgets everything and gives the memory back.
func (c *Cache) Clear() {
	for i := range c.chunks {
		c.memory.giveChunk(c.chunks[i].bytes)
	}
	c.memory.giveSlots(c.slots)
	c.slots, c.chunks, c.rows, c.last, c.turn = nil, nil, 0, 0, 0
}

// makeRoom sees to it that there is room for one more row.
func (c *Cache) makeRoom(size int) bool {
	for c.full() {
		if !c.grow() && !c.giveUp() {
			return false
		}
	}
	return c.fits(size) || c.reclaim(mostlyGarbage) || c.addChunk() || c.reclaim(worthPacking) || c.giveUp()
}

// full reports whether the index has no place for one more row, without which looks at it are long.
func (c *Cache) full() bool { return (c.rows+1)*6 > len(c.slots)*5 }

// fits reports whether the last chunk has room.
func (c *Cache) fits(size int) bool {
	return len(c.chunks) > 0 && c.chunks[c.last].end+size <= chunkSize
}

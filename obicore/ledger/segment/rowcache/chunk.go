package rowcache

import "encoding/binary"

// A chunk is a part of the log. Rows stand in it one behind the other, each at a multiple of
// unit: lengths of key and value, 16 bits each, key, value, and room up to the next.
const (
	chunkSize = 64 << 10
	unit      = 8
	headSize  = 4
	// Behind a packed chunk's rows there is room for the longest row at least.
	mostlyGarbage = chunkSize / 2 // bytes of garbage that are packed rather than more memory taken
	worthPacking  = chunkSize / 8 // as much when there is no more memory
	keptAtMost    = chunkSize * 3 / 4
)

type chunk struct {
	bytes   []byte
	end     int // of the rows
	garbage int // bytes of rows that the index does not know any more
}

// row is a row and what stands behind it.
type row []byte

func (r row) lengths() (key, value int) {
	return int(binary.LittleEndian.Uint16(r)), int(binary.LittleEndian.Uint16(r[2:]))
}

func (r row) key() []byte {
	key, _ := r.lengths()
	return r[headSize : headSize+key]
}

func (r row) value() []byte {
	key, value := r.lengths()
	return r[headSize+key : headSize+key+value]
}

func (r row) size() int {
	key, value := r.lengths()
	return rounded(key + value)
}

// become gives the row another value, if that has room there.
func (r row) become(key, value []byte) bool {
	if sizeOf(key, value) != r.size() {
		return false
	}
	r.write(key, value)
	return true
}

func (r row) write(key, value []byte) {
	binary.LittleEndian.PutUint16(r, uint16(len(key)))       //nolint:gosec // at most MaxRow
	binary.LittleEndian.PutUint16(r[2:], uint16(len(value))) //nolint:gosec // as above
	copy(r[headSize+copy(r[headSize:], key):], value)
}

func rounded(bytes int) int { return (headSize + bytes + unit - 1) / unit * unit }

func sizeOf(key, value []byte) int { return rounded(len(key) + len(value)) }

// A place is a chunk's number and where in it, in units.
func place(number, offset int) int { return (number*chunkSize + offset) / unit }

func (c *Cache) row(place int) row {
	return row(c.chunks[place/(chunkSize/unit)].bytes[place%(chunkSize/unit)*unit:])
}

// put writes a row behind those of the last chunk and returns its place.
func (c *Cache) put(key, value []byte) int {
	last := &c.chunks[c.last]
	offset := last.end
	row(last.bytes[offset:]).write(key, value)
	last.end += sizeOf(key, value)
	return place(c.last, offset)
}

// remove forgets the row of a slot.
func (c *Cache) remove(at int) {
	where := placeOf(c.slots[at].Load())
	c.chunks[where/(chunkSize/unit)].garbage += c.row(where).size()
	c.free(at)
}

// addChunk begins another chunk, unless memory is at its bound.
func (c *Cache) addChunk() bool {
	if place(len(c.chunks)+1, 0) > placeMask-1 {
		return false
	}
	bytes := c.memory.takeChunk()
	if bytes == nil {
		return false
	}
	c.last = len(c.chunks)
	c.chunks = append(c.chunks, chunk{bytes: bytes})
	return true
}

// reclaim packs the chunk with the most garbage, if there is as much.
func (c *Cache) reclaim(garbage int) bool {
	most := 0
	for i := range c.chunks {
		if c.chunks[i].garbage > c.chunks[most].garbage {
			most = i
		}
	}
	if len(c.chunks) == 0 || c.chunks[most].garbage < garbage {
		return false
	}
	c.pack(most, func(uint64, int) bool { return true })
	return true
}

// giveUp packs the next chunk in turn, with fewer rows than before.
func (c *Cache) giveUp() bool {
	if len(c.chunks) == 0 {
		return false
	}
	c.turn %= len(c.chunks)
	c.pack(c.turn, func(word uint64, end int) bool { return word&asked != 0 && end <= keptAtMost })
	c.turn++
	return true
}

// pack moves the rows of a chunk together that stay; it is the last one from then on. Who keeps rows is
// told a row's slot and where it would end.
func (c *Cache) pack(number int, stays func(word uint64, end int) bool) {
	packed := &c.chunks[number]
	to := 0
	for from, size := 0, 0; from < packed.end; from += size {
		row := row(packed.bytes[from:])
		size = row.size()
		tag := c.tagOf(row.key())
		at, found := c.slotOf(tag, place(number, from))
		if !found {
			continue
		}
		if !stays(c.slots[at].Load(), to+size) {
			c.free(at)
			continue
		}
		copy(packed.bytes[to:to+size], row)
		c.slots[at].Store(wordOf(tag, place(number, to)))
		to += size
	}
	packed.end, packed.garbage, c.last = to, 0, number
}

package binarytree

import "encoding/binary"

// mostAhead is for how many entries pages are read before they are needed. One page after the
// other, an update of a large tree waits for memory at each: some twenty pages that are asked
// for in a row come together, and are few enough to be still near when they are used.
const mostAhead = 64

// stored is a page as it was read.
type stored struct {
	name, value []byte
}

// ahead are pages of each level that were read before they are needed, in the order in which
// they will be.
type ahead struct {
	pages   [maxDepth / pageLevels][]stored
	used    [maxDepth / pageLevels]int // how many of them are in use already
	reading bool                       // an entry above has them read
	touched byte                       // of each piece of a page, so that it comes near; what it is does not matter
	above   []branch
	below   []branch
}

// branch is a page and its part of the entries.
type branch struct {
	page    stored
	entries []entry
}

// readAhead reads what stands below a page for its entries, level by level.
func (u *updater) readAhead(top stored, depth int, entries []entry) error {
	a := &u.ahead
	a.above = append(a.above[:0], branch{top, entries})
	for ; len(a.above) > 0 && depth+pageLevels < maxDepth; depth += pageLevels { // what lies deeper, subtree refuses
		if err := u.readBelow(depth); err != nil {
			return err
		}
		a.above, a.below = a.below, a.above
	}
	return nil
}

// readBelow reads the pages below those at depth.
func (u *updater) readBelow(depth int) error {
	a := &u.ahead
	a.below = a.below[:0]
	for i := range a.above {
		above := &a.above[i]
		for rest := above.entries; len(rest) > 0; {
			slot, count := group(rest, depth)
			if hasPage(above.page.value, slot) {
				name := u.name(depth+pageLevels, rest[0].path())
				value, err := u.nodes.Node(name)
				if err != nil {
					return err
				}
				a.below = append(a.below, branch{stored{name, value}, rest[:count]})
			}
			rest = rest[count:]
		}
	}
	if len(a.below) == 0 {
		return nil
	}
	level := (depth + pageLevels) / pageLevels
	pages := a.pages[level][:0]
	for i := range a.below {
		page := &a.below[i].page
		for at := 0; at < len(page.value); at += apart {
			a.touched += page.value[at]
		}
		pages = append(pages, *page)
	}
	a.pages[level], a.used[level] = pages, 0
	return nil
}

// apart is how far apart in bytes a page is touched: a processor brings neighbours along.
const apart = 128

// hasPage reports whether an encoded page says that a slot has a page of its own.
func hasPage(value []byte, slot int) bool {
	if len(value) < shortHead {
		return false // which decode finds out
	}
	occupied, leaves := binary.BigEndian.Uint16(value), binary.BigEndian.Uint16(value[2:])
	return occupied>>slot&1 == 1 && leaves>>slot&1 == 0
}

// next returns the next page of a level that was read ahead.
func (a *ahead) next(depth int) (page stored, there bool) {
	level := depth / pageLevels
	if a.used[level] == len(a.pages[level]) {
		return stored{}, false
	}
	page = a.pages[level][a.used[level]]
	a.used[level]++
	return page, true
}

package segment

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// A patch says how one value becomes another: [bytes that stay, bytes that go, bytes that
// come, each as uvarint, and those that come]…, and what is left stays. A change of one
// entry changes a tenth of a node.

// edit replaces a part of a value by a part of another.
type edit struct{ from, to, newFrom, newTo int }

// nearby is how many equal bytes between two edits cost no more than an edit does.
const nearby = 3

// Nodes consist of hashes behind a few bytes: where one is longer than another, they are
// compared by hashes, a few ahead.
const (
	hashStep  = 32
	stepAhead = 4
)

// edits appends what leads from one value to another.
func edits(list []edit, old, now []byte) []edit {
	if len(old) == len(now) {
		return edited(list, old, now)
	}
	head := len(now) % hashStep
	if len(old)%hashStep != head {
		return append(list, edit{0, len(old), 0, len(now)})
	}
	list, i, j := edited(list, old[:head], now[:head]), head, head
	for i < len(old) || j < len(now) {
		if i < len(old) && j < len(now) && bytes.Equal(old[i:i+hashStep], now[j:j+hashStep]) {
			i, j = i+hashStep, j+hashStep
			continue
		}
		gone, come := resume(old[i:], now[j:])
		list = appendEdit(list, edit{i, i + gone, j, j + come})
		i, j = i+gone, j+come
	}
	return list
}

// resume returns how much goes and comes before two values are alike again.
func resume(old, now []byte) (gone, come int) {
	for sum := 1; sum <= 2*stepAhead; sum++ {
		for gone := 0; gone <= sum; gone++ {
			i, j := gone*hashStep, (sum-gone)*hashStep
			if i > len(old) || j > len(now) {
				continue
			}
			if i == len(old) && j == len(now) || i < len(old) && j < len(now) && bytes.Equal(old[i:i+hashStep], now[j:j+hashStep]) {
				return i, j
			}
		}
	}
	return len(old), len(now)
}

// edited appends the edits between values of the same length.
func edited(list []edit, old, now []byte) []edit {
	for i := 0; i < len(old); i++ {
		if i+8 <= len(old) && binary.LittleEndian.Uint64(old[i:]) == binary.LittleEndian.Uint64(now[i:]) {
			i += 7
			continue
		}
		if old[i] != now[i] {
			list = appendEdit(list, edit{i, i + 1, i, i + 1})
		}
	}
	return list
}

// appendEdit adds an edit that does not begin before the last one.
func appendEdit(list []edit, e edit) []edit {
	if n := len(list); n > 0 && e.from <= list[n-1].to+nearby {
		last := &list[n-1]
		last.to, last.newTo = max(last.to, e.to), max(last.newTo, e.newTo)
		return list
	}
	return append(list, e)
}

// back appends the edits that lead the other way.
func back(turned, list []edit) []edit {
	for _, e := range list {
		turned = append(turned, edit{e.newFrom, e.newTo, e.from, e.to})
	}
	return turned
}

// appendPatch appends the patch that the edits are for who gets to a value by them; it
// appends nothing and reports false when more than half of the value would stand in it.
func appendPatch(dst, value []byte, list []edit) (patch []byte, short bool) {
	size := 0
	for _, e := range list {
		size += e.newTo - e.newFrom + 6
	}
	if size > len(value)/2 {
		return dst, false
	}
	if dst == nil {
		dst = make([]byte, 0, size)
	}
	at := 0
	for _, e := range list {
		dst = binary.AppendUvarint(dst, uint64(e.from-at))
		dst = binary.AppendUvarint(dst, uint64(e.to-e.from))
		dst = binary.AppendUvarint(dst, uint64(e.newTo-e.newFrom))
		dst, at = append(dst, value[e.newFrom:e.newTo]...), e.to
	}
	return dst, true
}

// patched returns a value with a patch.
func patched(value, patch []byte) ([]byte, error) {
	result, at := make([]byte, 0, len(value)+len(patch)), 0
	err := eachEdit(patch, len(value), func(from, to int, with []byte) {
		result = append(append(result, value[at:from]...), with...)
		at = to
	})
	return append(result, value[at:]...), err
}

// amended is patched for a value that may change: where every part is as long as what it replaces,
// it is changed in its place.
func amended(value, patch []byte) ([]byte, error) {
	sameLength := true
	err := eachEdit(patch, len(value), func(from, to int, with []byte) {
		sameLength = sameLength && to-from == len(with)
	})
	if err != nil || !sameLength {
		return patched(value, patch)
	}
	return value, eachEdit(patch, len(value), func(from, _ int, with []byte) { copy(value[from:], with) })
}

func eachEdit(patch []byte, length int, f func(from, to int, with []byte)) error {
	for at := 0; len(patch) > 0; {
		var figures [3]uint64
		for i := range figures {
			figure, n := binary.Uvarint(patch)
			if n <= 0 {
				return fmt.Errorf("%w: patch of a value of %d bytes", ledger.ErrCorrupt, length)
			}
			figures[i], patch = figure, patch[n:]
		}
		stay, gone, come := figures[0], figures[1], figures[2]
		if left := uint64(length - at); stay > left || gone > left-stay || come > uint64(len(patch)) || gone == 0 && come == 0 {
			return fmt.Errorf("%w: patch of a value of %d bytes", ledger.ErrCorrupt, length)
		}
		at += int(stay)
		f(at, at+int(gone), patch[:come])
		at, patch = at+int(gone), patch[come:]
	}
	return nil
}

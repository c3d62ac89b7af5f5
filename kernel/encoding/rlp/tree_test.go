package rlp_test

import (
	"math/rand/v2"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// item is a whole decoded item: what the tests compare, since the package itself has no tree.
type item struct {
	list    bool
	content []byte
	items   []item
}

func readItem(r *rlp.Reader, depth int) (item, error) {
	kind, err := r.Next()
	if err != nil {
		return item{}, err
	}
	if kind == rlp.String {
		content, err := r.Bytes()
		return item{content: content}, err
	}
	if depth == 0 {
		return item{}, rlp.ErrTooLarge
	}
	inner, err := r.List()
	if err != nil {
		return item{}, err
	}
	list := item{list: true}
	for inner.More() {
		next, err := readItem(inner, depth-1)
		if err != nil {
			return item{}, err
		}
		list.items = append(list.items, next)
	}
	return list, nil
}

func (i item) append(dst []byte) []byte {
	if !i.list {
		return rlp.AppendBytes(dst, i.content)
	}
	var payload []byte
	for _, next := range i.items {
		payload = next.append(payload)
	}
	return rlp.AppendList(dst, payload)
}

func (i item) equal(other item) bool {
	if i.list != other.list || string(i.content) != string(other.content) || len(i.items) != len(other.items) {
		return false
	}
	for n := range i.items {
		if !i.items[n].equal(other.items[n]) {
			return false
		}
	}
	return true
}

// randomItem prefers lengths around the places where the header changes its shape.
func randomItem(random *rand.Rand, depth int) item {
	if depth == 0 || random.IntN(3) == 0 {
		lengths := []int{0, 1, 2, 54, 55, 56, 255, 256, 257, random.IntN(70_000)}
		content := make([]byte, lengths[random.IntN(len(lengths))])
		for n := range content {
			content[n] = byte(random.Uint32())
		}
		return item{content: content}
	}
	list := item{list: true}
	for range random.IntN(6) {
		list.items = append(list.items, randomItem(random, depth-1))
	}
	return list
}

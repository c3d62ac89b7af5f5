package segment

import (
	"container/list"
	"sync"
)

// cache keeps the values of the heights that were used last.
type cache[V any] struct {
	lock   sync.Mutex
	limit  int
	age    uint64     // grows with every clear
	order  *list.List // of *cached[V], most recently used first
	places map[uint64]*list.Element
}

type cached[V any] struct {
	height uint64
	value  V
}

func newCache[V any](limit int) *cache[V] {
	return &cache[V]{limit: limit, order: list.New(), places: make(map[uint64]*list.Element)}
}

func (c *cache[V]) get(height uint64) (value V, found bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	element, found := c.places[height]
	if !found {
		return value, false
	}
	c.order.MoveToFront(element)
	return element.Value.(*cached[V]).value, true
}

// now returns the cache's age, which a value must have been read after.
func (c *cache[V]) now() uint64 {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.age
}

// put keeps a value that was read since age; after a clear it is too old.
func (c *cache[V]) put(height uint64, value V, age uint64) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if age != c.age {
		return
	}
	if element, found := c.places[height]; found {
		element.Value.(*cached[V]).value = value
		c.order.MoveToFront(element)
		return
	}
	c.places[height] = c.order.PushFront(&cached[V]{height: height, value: value})
	if oldest := c.order.Back(); c.order.Len() > c.limit {
		c.order.Remove(oldest)
		delete(c.places, oldest.Value.(*cached[V]).height)
	}
}

// clear forgets everything.
func (c *cache[V]) clear() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.age++
	c.order.Init()
	clear(c.places)
}

package dissemination

import "container/heap"

// queue holds items by the time when they are due. Nearly all wait equally long, and so come
// in order: they stand in a line, and only what is due before its end in a heap.
type queue struct {
	line  []*item
	early byDue
}

func (q *queue) push(it *item) {
	if n := len(q.line); n > 0 && it.due.Before(q.line[n-1].due) {
		heap.Push(&q.early, it)
		return
	}
	q.line = append(q.line, it)
}

// first returns the item that is due next, nil when there is none.
func (q *queue) first() *item {
	switch {
	case len(q.line) == 0 && len(q.early) == 0:
		return nil
	case len(q.line) == 0 || len(q.early) > 0 && q.early[0].due.Before(q.line[0].due):
		return q.early[0]
	}
	return q.line[0]
}

// pop takes out the first item.
func (q *queue) pop() {
	if len(q.early) > 0 && q.first() == q.early[0] {
		heap.Pop(&q.early)
		return
	}
	q.line[0] = nil
	q.line = q.line[1:]
}

// byDue is a heap of items, the next due on top.
type byDue []*item

func (q byDue) Len() int           { return len(q) }
func (q byDue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q byDue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q *byDue) Push(x any)        { *q = append(*q, x.(*item)) }
func (q *byDue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return x
}

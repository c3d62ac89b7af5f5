package inbox

// queue is what waits of one sender, the oldest first.
type queue[F any] struct {
	waiting []sized[F]
	first   int // those before have been taken
	bytes   int
	inTurn  bool
}

type sized[F any] struct {
	frame F
	size  int
}

func (q *queue[F]) len() int { return len(q.waiting) - q.first }

func (q *queue[F]) push(f F, size int) {
	q.waiting = append(q.waiting, sized[F]{f, size})
	q.bytes += size
}

func (q *queue[F]) pop() F {
	taken := q.waiting[q.first]
	q.waiting[q.first] = sized[F]{} // it can be collected
	q.first++
	q.bytes -= taken.size
	switch {
	case q.len() == 0:
		q.waiting, q.first = q.waiting[:0], 0
	case q.first > len(q.waiting)/2:
		left := copy(q.waiting, q.waiting[q.first:])
		clear(q.waiting[left:])
		q.waiting, q.first = q.waiting[:left], 0
	}
	return taken.frame
}

package mesh

// fifo is a queue of messages that knows their bytes.
type fifo struct {
	items [][]byte
	head  int
	bytes int
}

func (f *fifo) len() int { return len(f.items) - f.head }

func (f *fifo) push(message []byte) {
	f.items = append(f.items, message)
	f.bytes += len(message)
}

// first returns the oldest message of a queue that is not empty.
func (f *fifo) first() []byte { return f.items[f.head] }

func (f *fifo) pop() []byte {
	message := f.items[f.head]
	f.items[f.head] = nil
	f.head++
	f.bytes -= len(message)
	f.compact()
	return message
}

// compact gives back the space of what has been taken.
func (f *fifo) compact() {
	switch {
	case f.head == len(f.items) && cap(f.items) > 1024:
		f.items, f.head = nil, 0
	case f.head == len(f.items):
		f.items, f.head = f.items[:0], 0
	case f.head > 1024 && f.head > len(f.items)/2:
		n := copy(f.items, f.items[f.head:])
		clear(f.items[n:])
		f.items, f.head = f.items[:n], 0
	}
}

func (f *fifo) clear() { *f = fifo{} }

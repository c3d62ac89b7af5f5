package consensus

import (
	"container/heap"
	"sync"
	"time"
)

// schedule is the virtual time of several nodes: what is to happen, in order. What is due at
// the same time happens in the order in which it was put in.
type schedule struct {
	mutex sync.Mutex
	now   time.Time
	count uint64
	queue happenings
}

// happening is something that is to happen once.
type happening struct {
	due    time.Time
	number uint64
	life   *life // whose, where it waits for a node that is busy
	run    func()
	over   bool // it has happened or was called off
}

func newSchedule() *schedule { return &schedule{now: time.UnixMilli(1_700_000_000_000)} }

// Now implements chain.Clock.
func (s *schedule) Now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.now
}

// at puts in what is to happen at a time, or now when that is past.
func (s *schedule) at(due time.Time, l *life, run func()) *happening {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if due.Before(s.now) {
		due = s.now
	}
	s.count++
	h := &happening{due: due, number: s.count, life: l, run: run}
	heap.Push(&s.queue, h)
	return h
}

func (s *schedule) after(d time.Duration, l *life, run func()) *happening {
	return s.at(s.Now().Add(d), l, run)
}

// callOff reports whether it was in time.
func (s *schedule) callOff(h *happening) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	was := !h.over
	h.over = true
	return was
}

// due is when the next thing happens.
func (s *schedule) due() (at time.Time, any bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for len(s.queue) > 0 && s.queue[0].over {
		heap.Pop(&s.queue)
	}
	if len(s.queue) == 0 {
		return at, false
	}
	return s.queue[0].due, true
}

// take moves the time to the next thing that happens and removes it.
func (s *schedule) take() *happening {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for len(s.queue) > 0 {
		h, _ := heap.Pop(&s.queue).(*happening)
		if h.over {
			continue
		}
		if h.due.After(s.now) {
			s.now = h.due
		}
		h.over = true
		return h
	}
	return nil
}

// putBack lets a thing happen later, in its place among what is due then.
func (s *schedule) putBack(h *happening, due time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	h.due, h.over = due, false
	heap.Push(&s.queue, h)
}

// happenings is a heap.
type happenings []*happening

func (q happenings) Len() int      { return len(q) }
func (q happenings) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q happenings) Less(i, j int) bool {
	if !q[i].due.Equal(q[j].due) {
		return q[i].due.Before(q[j].due)
	}
	return q[i].number < q[j].number
}

// Push implements heap.Interface.
func (q *happenings) Push(x any) {
	if h, ok := x.(*happening); ok {
		*q = append(*q, h)
	}
}

// Pop implements heap.Interface.
func (q *happenings) Pop() any {
	last := len(*q) - 1
	h := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return h
}

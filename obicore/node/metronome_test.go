package node_test

import (
	"sync/atomic"
	"time"
)

// metronome is a clock by which a solo engine makes one block, empty or not, whenever it
// is struck. Equal transactions between equal strikes give equal blocks.
type metronome struct {
	armed chan func()
	count atomic.Int64
}

func newMetronome(count int) *metronome {
	m := &metronome{armed: make(chan func(), 1)}
	m.count.Store(int64(count))
	return m
}

// Now is one second later with every stroke.
func (m *metronome) Now() time.Time {
	return time.UnixMilli(1_700_000_000_000).Add(time.Duration(m.count.Load()) * time.Second)
}

// AfterFunc keeps what the engine would do at its next interval.
func (m *metronome) AfterFunc(_ time.Duration, f func()) func() bool {
	m.armed <- f
	return func() bool { return false }
}

func (m *metronome) strike() {
	f := <-m.armed
	m.count.Add(1)
	f()
}

package consensus

import (
	"sync"
	"time"
)

// clock is a time that stands still until a rule moves it.
type clock struct {
	mutex  sync.Mutex
	now    time.Time
	timers map[*timer]struct{}
}

type timer struct {
	due time.Time
	run func()
}

func newClock() *clock {
	return &clock{now: time.UnixMilli(1_700_000_000_000), timers: make(map[*timer]struct{})}
}

// Now implements chain.Clock.
func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

// AfterFunc implements chain.Clock.
func (c *clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	t := &timer{due: c.now.Add(d), run: f}
	c.timers[t] = struct{}{}
	return func() bool {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		_, waiting := c.timers[t]
		delete(c.timers, t)
		return waiting
	}
}

// advance moves the time and runs what is due, in order.
func (c *clock) advance(d time.Duration) {
	c.mutex.Lock()
	end := c.now.Add(d)
	c.mutex.Unlock()
	for {
		next := c.take(end)
		if next == nil {
			return
		}
		next.run()
	}
}

// take moves the time to the earliest timer not after end and takes it out, or moves it
// to end.
func (c *clock) take(end time.Time) (next *timer) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for t := range c.timers {
		if !t.due.After(end) && (next == nil || t.due.Before(next.due)) {
			next = t
		}
	}
	if next == nil {
		c.now = end
		return nil
	}
	if next.due.After(c.now) {
		c.now = next.due
	}
	delete(c.timers, next)
	return next
}

// armed reports whether anything waits for the time.
func (c *clock) armed() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.timers) > 0
}

// log is a consensus.WAL in memory.
type log struct {
	mutex   sync.Mutex
	records [][]byte
}

// Append implements consensus.WAL.
func (l *log) Append(record []byte, _ bool) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.records = append(l.records, append([]byte(nil), record...))
	return nil
}

// Replay implements consensus.WAL.
func (l *log) Replay(f func(record []byte) error) error {
	l.mutex.Lock()
	records := l.records
	l.mutex.Unlock()
	for _, record := range records {
		if err := f(record); err != nil {
			return err
		}
	}
	return nil
}

// Truncate implements consensus.WAL.
func (l *log) Truncate(keep int) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if drop := len(l.records) - keep; drop > 0 {
		l.records = append([][]byte(nil), l.records[drop:]...)
	}
	return nil
}

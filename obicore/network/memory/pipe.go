package memory

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipe is one direction of a stream.
type pipe struct {
	network *Switch
	link    link

	mutex    sync.Mutex
	change   *sync.Cond
	parts    []part
	size     int   // bytes in parts
	stalled  bool  // nothing arrives
	finished bool  // nothing more will be written
	failure  error // nothing more can be read or written
	reading  deadline
	writing  deadline
}

// part is one write, or what is left of it.
type part struct {
	data []byte
	due  time.Time // when it arrives
}

// deadline is a time after which a call fails; the timer wakes those who wait.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func newPipe(s *Switch, l link) *pipe {
	p := &pipe{network: s, link: l}
	p.change = sync.NewCond(&p.mutex)
	return p
}

// read waits for a part that has arrived.
func (p *pipe) read(b []byte) (int, error) {
	for {
		if n, done, err := p.tryRead(b); done {
			return n, err
		}
	}
}

// tryRead reads or waits for one change.
func (p *pipe) tryRead(b []byte) (n int, done bool, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch now := time.Now(); {
	case p.failure != nil:
		return 0, true, p.failure
	case p.reading.passed(now):
		return 0, true, os.ErrDeadlineExceeded
	case len(b) == 0:
		return 0, true, nil
	case len(p.parts) == 0 && p.finished && !p.stalled:
		return 0, true, io.EOF
	case len(p.parts) > 0 && !p.stalled && !p.parts[0].due.After(now):
		return p.take(b), true, nil
	case len(p.parts) > 0 && !p.stalled:
		arrival := time.AfterFunc(p.parts[0].due.Sub(now), p.wake)
		defer arrival.Stop()
	}
	p.change.Wait()
	return 0, false, nil
}

// take copies from the first part; the mutex is held.
func (p *pipe) take(b []byte) int {
	first := &p.parts[0]
	n := copy(b, first.data)
	first.data = first.data[n:]
	if len(first.data) == 0 {
		p.parts = p.parts[1:]
	}
	p.size -= n
	p.change.Broadcast()
	return n
}

// write puts all of b under way, in parts that fit.
func (p *pipe) write(b []byte) (written int, err error) {
	condition := p.network.now(p.link)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for first := true; first || written < len(b); first = false {
		if err := p.waitForRoom(); err != nil {
			return written, err
		}
		n := min(len(b)-written, Buffer-p.size)
		p.put(bytes.Clone(b[written:written+n]), condition)
		written += n
	}
	return written, nil
}

func (p *pipe) waitForRoom() error {
	for {
		switch {
		case p.failure != nil:
			return p.failure
		case p.finished:
			return net.ErrClosed
		case p.writing.passed(time.Now()):
			return os.ErrDeadlineExceeded
		case p.size < Buffer:
			return nil
		}
		p.change.Wait()
	}
}

func (p *pipe) put(data []byte, c condition) {
	if c.tamper != nil {
		data = c.tamper(data)
	}
	if len(data) > 0 {
		p.parts = append(p.parts, part{data: data, due: time.Now().Add(c.latency)})
		p.size += len(data)
	}
	p.change.Broadcast()
}

func (p *pipe) finish() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.finished = true
	p.change.Broadcast()
}

func (p *pipe) fail(cause error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.failure == nil {
		p.failure, p.parts, p.size = cause, nil, 0
	}
	p.change.Broadcast()
}

func (p *pipe) stall(stalled bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.stalled = stalled
	p.change.Broadcast()
}

func (p *pipe) wake() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.change.Broadcast()
}

func (d *deadline) passed(now time.Time) bool { return !d.at.IsZero() && !now.Before(d.at) }

// setDeadline moves one of the pipe's deadlines.
func (p *pipe) setDeadline(t time.Time, d *deadline) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	*d = deadline{at: t}
	if !t.IsZero() {
		d.timer = time.AfterFunc(time.Until(t), p.wake)
	}
	p.change.Broadcast()
}

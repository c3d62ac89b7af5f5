package enginetest

import (
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// link carries messages of one node to another, in order or not.
type link struct {
	queue chan delivery
}

type delivery struct {
	due     time.Time
	message []byte
}

// Send sends a message over the link between two nodes.
func (w *World) Send(from, to int, message []byte) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	key := [2]int{from, to}
	if w.ended || w.cut[key] {
		return
	}
	if w.given.Reorder {
		late := w.given.Latency/2 + time.Duration(w.random.Int64N(int64(w.given.Latency)))
		time.AfterFunc(late, func() { w.deliver(from, to, message) })
		return
	}
	l := w.links[key]
	if l == nil {
		l = &link{queue: make(chan delivery, 100_000)}
		w.links[key] = l
		w.carriers.Go(func() {
			for d := range l.queue {
				time.Sleep(time.Until(d.due))
				w.deliver(from, to, d.message)
			}
		})
	}
	l.queue <- delivery{time.Now().Add(w.given.Latency), message}
}

func (w *World) deliver(from, to int, message []byte) {
	w.mutex.Lock()
	lost := w.ended || w.cut[[2]int{from, to}]
	w.mutex.Unlock()
	if lost {
		return
	}
	if h := w.Nodes[to].Running(); h != nil {
		if err := h.Engine.Receive(w.Nodes[from].ID, message); err != nil && !errors.Is(err, consensus.ErrStopped) && !h.dead() && w.given.Validators == 0 {
			w.t.Errorf("node %d refuses a message of node %d: %v", to, from, err)
		}
	}
}

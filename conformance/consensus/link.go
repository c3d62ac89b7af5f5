package consensus

import (
	"bytes"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// maxUnderWay bounds the messages on all links. Healthy engines stay far below it.
const maxUnderWay = 20_000

// parcel is a message on its way.
type parcel struct {
	from, to *node
	message  []byte
}

// send puts a message on the link of two nodes. Messages of one link stay in order when the
// engine asks for that.
func (w *world) send(l *life, to *node, message []byte) {
	from := l.node
	w.mutex.Lock()
	defer w.mutex.Unlock()
	key := [2]int{from.place, to.place}
	if w.cut[key] || l.ended {
		return
	}
	p := parcel{from, to, bytes.Clone(message)}
	if len(w.traffic) < w.keep {
		w.traffic = append(w.traffic, p)
	}
	due := w.Now()
	if l.busyUntil.After(due) {
		due = l.busyUntil
	}
	due = due.Add(w.given.latency + w.slow[from.place] + w.slow[to.place])
	if w.given.jitter > 0 {
		due = due.Add(time.Duration(w.random.IntN(int(w.given.jitter/time.Millisecond)+1)) * time.Millisecond)
	}
	if w.fifo && due.Before(w.lastDue[key]) {
		due = w.lastDue[key]
	}
	w.lastDue[key] = due
	w.underWay++
	if w.underWay > maxUnderWay {
		w.underWay--
		w.blame("%d messages are under way: the nodes answer each other without end", maxUnderWay)
		return
	}
	w.at(due, nil, func() { w.arrive(p) })
}

// arrive hands a message over once its node is not busy.
func (w *world) arrive(p parcel) {
	w.mutex.Lock()
	w.underWay--
	w.mutex.Unlock()
	l := p.to.running()
	if l == nil || w.parted(p.from, p.to) {
		return
	}
	if l.busyUntil.After(w.Now()) {
		w.at(l.busyUntil, l, func() { w.deliver(l, p) })
		return
	}
	w.deliver(l, p)
}

func (w *world) deliver(l *life, p parcel) {
	w.mutex.Lock()
	w.note("%d>%d %x", p.from.place, p.to.place, p.message)
	w.mutex.Unlock()
	w.hand(l, p.from.id, p.message)
}

// hand gives a message to an engine, whatever it thinks of it.
func (w *world) hand(l *life, from chain.NodeID, message []byte) {
	w.call("Receive", func() {
		_ = l.engine.Receive(from, message) // engines may refuse what is out of date
	})
}

// parted says whether a link is cut.
func (w *world) parted(from, to *node) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.cut[[2]int{from.place, to.place}]
}

// peers are the nodes that hear a node.
func (w *world) peers(of *node) (peers []*node) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, n := range w.nodes {
		heard := of.realm == 1 && of.index == liar && n.realm == 0
		if n.id != of.id && (n.realm == of.realm || heard) {
			peers = append(peers, n)
		}
	}
	return peers
}

// isolate cuts the links between the nodes at some places and all others, and joins all
// other links; without places it heals the network.
func (w *world) isolate(places ...int) {
	inside := make(map[int]bool)
	for _, p := range places {
		inside[p] = true
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for a := range w.nodes {
		for b := range w.nodes {
			w.cut[[2]int{a, b}] = inside[a] != inside[b]
		}
	}
}

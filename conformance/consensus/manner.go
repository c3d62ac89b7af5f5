package consensus

import (
	"context"
	"math/rand/v2"
	"sync"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func (b bench) mannerRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "garbage-is-refused", Statement: "Receive refuses a message that is none of the engine's with an error, does not panic, and goes on.", Check: b.garbageIsRefused},
		{Name: "notify-does-not-wait", Statement: "Notify returns while the host is busy, however often it is called, also from inside a call of the host.", Check: b.notifyDoesNotWait},
	}
}

func (b bench) garbageIsRefused(t conformance.T) {
	r := b.start(t, newHost(), demand)
	random := rand.New(rand.NewPCG(1, 0xc0))
	for n := range 1000 {
		message := make([]byte, random.IntN(300))
		for i := range message {
			message[i] = byte(random.Uint32())
		}
		if n == 0 {
			message = make([]byte, 1<<20)
		}
		from := chain.NodeID{byte(random.IntN(3))} // also itself, and nobody
		cause, err := receive(r.engine, from, message)
		if cause != nil {
			t.Fatalf("message %x: panic: %v", message[:min(64, len(message))], cause)
		}
		if err == nil {
			t.Errorf("message %x from %s is taken", message[:min(64, len(message))], from)
			break
		}
	}
	r.order("body")
	r.engine.Notify()
	r.reach(t, 1)
}

func receive(engine consensus.Engine, from chain.NodeID, message []byte) (cause any, err error) {
	defer func() { cause = recover() }()
	return nil, engine.Receive(from, message)
}

func (b bench) notifyDoesNotWait(t conformance.T) {
	h := newHost()
	started, inside, release := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once sync.Once
	var r *run
	h.hold = func(context.Context, string) {
		<-started
		r.engine.Notify()
		once.Do(func() { close(inside); <-release })
	}
	r = b.start(t, h, demand)
	close(started)
	free := sync.OnceFunc(func() { close(release) })
	t.Cleanup(free)
	r.order("body")
	r.engine.Notify()
	r.await(t, "a call of the host", inside)
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		for range 10_000 {
			r.engine.Notify()
		}
	}()
	r.await(t, "the return of Notify", returned)
	free()
	r.reach(t, 1)
}

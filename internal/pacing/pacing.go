package pacing

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// Spare is how much garbage there may be before it is collected, in bytes.
const Spare = 256 << 20

// Bounds of the percentage by which the heap may grow: Go's own, and one beyond which
// collecting less often gains next to nothing.
const (
	leastPercent = 100
	mostPercent  = 400
)

// lookPause is the time between two looks at the live heap; it changes slowly.
const lookPause = time.Second

// Start paces the collector of this process until stop is called, which leaves it as it was.
func Start() (stop func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	p := pacer{sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	before := debug.SetGCPercent(p.next())
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { p.run(done) })
	return func() {
		close(done)
		running.Wait()
		debug.SetGCPercent(before)
	}
}

// pacer follows the live heap.
type pacer struct {
	sample  []metrics.Sample
	percent int
}

func (p *pacer) run(done <-chan struct{}) {
	look := time.NewTicker(lookPause)
	defer look.Stop()
	for {
		select {
		case <-look.C:
		case <-done:
			return
		}
		if last := p.percent; p.next() != last {
			debug.SetGCPercent(p.percent)
		}
	}
}

// next returns the percentage for the heap as it is: the last one while that is about
// right, for a change stops the process for a moment.
func (p *pacer) next() int {
	metrics.Read(p.sample)
	want := percentFor(p.sample[0].Value.Uint64())
	if off := want - p.percent; off > p.percent/8 || off < -p.percent/8 {
		p.percent = want
	}
	return p.percent
}

// percentFor is by how much a live heap may grow; before the first collection none is known.
func percentFor(live uint64) int {
	if live == 0 {
		return mostPercent
	}
	return int(max(leastPercent, min(mostPercent, Spare*100/live)))
}

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

// trimPause is the time between two returns of what C's allocator keeps free.
const trimPause = 30 * time.Second

// Start paces the collector of this process, unless GOGC is set, and C's allocator, until stop is
// called, which leaves the collector as it was.
func Start() (stop func()) {
	oneArena()
	p := pacer{sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}, asked: os.Getenv("GOGC") != ""}
	before := p.begin()
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { p.run(done) })
	return func() {
		close(done)
		running.Wait()
		p.end(before)
	}
}

// pacer follows the live heap.
type pacer struct {
	sample  []metrics.Sample
	percent int
	asked   bool // somebody asked for a percentage, which stays
}

// begin returns the percentage before.
func (p *pacer) begin() int {
	if p.asked {
		return 0
	}
	return debug.SetGCPercent(p.next())
}

func (p *pacer) end(before int) {
	if !p.asked {
		debug.SetGCPercent(before)
	}
}

func (p *pacer) run(done <-chan struct{}) {
	look, trimming := time.NewTicker(lookPause), time.NewTicker(trimPause)
	defer look.Stop()
	defer trimming.Stop()
	for {
		select {
		case <-look.C:
		case <-trimming.C:
			trim()
			continue
		case <-done:
			return
		}
		if last := p.percent; !p.asked && p.next() != last {
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

package smartbft

import (
	"sync"

	"github.com/hyperledger-labs/SmartBFT/pkg/metrics"
	"github.com/hyperledger-labs/SmartBFT/pkg/metrics/disabled"
)

// views follows which view takes messages and which one the view changer is in.
type views struct {
	mutex   sync.Mutex
	stage   stage
	changed chan struct{}
	started chan struct{}
	// handing is held while SmartBFT takes a message of the three phases.
	handing sync.Mutex
}

// stage is how far SmartBFT is.
type stage struct {
	current  metadata // view that takes messages, with its first height and decisions
	change   uint64   // view of the view changer
	tip      uint64   // height of the last decision
	barren   int      // views that were started since then, while a block was wanted
	carrying bool     // it prepares to carry over a proposal and would let its caller wait
	carried  carriage // what this node has last voted for in another view than it was proposed in
}

func (v *views) start(m metadata, wanted bool) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if wanted && m.view > v.stage.current.view {
		v.stage.barren++
	}
	v.stage.current = m
	v.stage.change = max(v.stage.change, m.view)
	wake(v.changed)
	wake(v.started)
}

func (v *views) changing(view uint64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if view > v.stage.change {
		v.stage.change = view
		wake(v.changed)
	}
}

// carry notes the begin and the end of a time in which SmartBFT holds a lock that it
// needs to take messages, while it waits for ticks and for the host's signature.
func (v *views) carry(begins bool) {
	v.handing.Lock()
	defer v.handing.Unlock()
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.stage.carrying = begins
	wake(v.changed)
}

// carryInto notes that a proposal is carried over into the view that the view changer is in,
// which is the round of the votes for it.
func (v *views) carryInto(m metadata) (round uint64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.stage.carried = carriage{position{m.view, m.height}, max(v.stage.change, m.view)}
	return v.stage.carried.into
}

// decided notes the height of the last decision.
func (v *views) decided(height uint64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if height > v.stage.tip {
		v.stage.tip, v.stage.barren = height, 0
	}
	wake(v.changed)
}

func (v *views) now() stage {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.stage
}

// meters is SmartBFT's metrics, of which the adapter reads one.
type meters struct {
	disabled.Provider
	views *views
}

// NewGauge implements metrics.Provider.
func (m *meters) NewGauge(options metrics.GaugeOpts) metrics.Gauge {
	if options.Name == "viewchange_current_view" {
		return &viewGauge{views: m.views}
	}
	return m.Provider.NewGauge(options)
}

type viewGauge struct {
	disabled.Gauge
	views *views
}

// Set implements metrics.Gauge.
func (g *viewGauge) Set(view float64) { g.views.changing(uint64(view)) }

// With implements metrics.Gauge.
func (g *viewGauge) With(...string) metrics.Gauge { return g }

package smartbft

import (
	"sync"

	"github.com/hyperledger-labs/SmartBFT/pkg/metrics"
	"github.com/hyperledger-labs/SmartBFT/pkg/metrics/disabled"
)

// views follows which view takes messages and which one the view changer is in.
type views struct {
	mutex   sync.Mutex
	current metadata // view that takes messages, with its first height and decisions
	change  uint64   // view of the view changer
	changed chan struct{}
	started chan struct{}
}

func (v *views) start(m metadata) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.current = m
	v.change = max(v.change, m.view)
	wake(v.changed)
	wake(v.started)
}

func (v *views) changing(view uint64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if view > v.change {
		v.change = view
		wake(v.changed)
	}
}

// working is the view that takes messages.
func (v *views) working() metadata {
	current, _ := v.now()
	return current
}

func (v *views) now() (current metadata, change uint64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.current, v.change
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

package node

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are one chain's figures. A process that runs several chains tells them
// apart by the label that Register adds.
type metrics struct {
	height       prometheus.Gauge
	blocks       prometheus.Counter
	transactions prometheus.Counter
	gas          prometheus.Counter
	commit       prometheus.Histogram
	admitted     prometheus.Counter
	refused      prometheus.Counter
	evidence     prometheus.Counter
	checked      prometheus.Counter
	relied       prometheus.Counter
	certified    prometheus.Counter
	expired      prometheus.Counter
	followed     prometheus.Counter
}

func newMetrics() *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "credible", Name: name, Help: help})
	}
	return &metrics{
		height:       prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "credible", Name: "height", Help: "Height of the latest block."}),
		blocks:       counter("blocks_total", "Blocks committed since start."),
		transactions: counter("transactions_total", "Transactions committed since start."),
		gas:          counter("gas_total", "Gas used since start."),
		admitted:     counter("admitted_total", "Transactions admitted to the pool since start."),
		refused:      counter("refused_total", "Transactions refused since start."),
		evidence:     counter("evidence_total", "Pieces of evidence of misbehaviour seen since start."),
		checked:      counter("signatures_checked_total", "Transactions whose signatures this node has checked since start."),
		relied:       counter("signatures_relied_total", "Transactions whose signatures it has not checked because enough validators state that they have."),
		certified:    counter("batches_certified_total", "Batches that it has relied on statements for since start."),
		expired:      counter("batches_expired_total", "Batches that it has held for statements and then checked itself since start."),
		followed:     counter("blocks_followed_total", "Blocks whose proved results it has taken from its peers, since it joined by a snapshot, instead of executing them."),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "credible", Name: "commit_seconds", Help: "Time from decision to durable block.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
	}
}

func (m *metrics) committed(p *prepared, took time.Duration) {
	m.height.Set(float64(p.block.Header.Height))
	m.blocks.Inc()
	m.transactions.Add(float64(len(p.transactions)))
	if p.followed {
		m.followed.Inc()
	}
	m.gas.Add(float64(p.results.GasUsed()))
	m.commit.Observe(took.Seconds())
}

// took counts the outcomes of admission.
func (m *metrics) took(errs []error) {
	for _, err := range errs {
		if err != nil {
			m.refused.Inc()
		} else {
			m.admitted.Inc()
		}
	}
}

// Register adds the chain's metrics to a registry, with the chain's name as label.
func (c *Chain) Register(registry prometheus.Registerer) error {
	labelled := prometheus.WrapRegistererWith(prometheus.Labels{"chain": c.genesis.Name}, registry)
	for _, collector := range c.metrics.all(c) {
		if err := labelled.Register(collector); err != nil {
			return err
		}
	}
	return nil
}

// Unregister takes the chain's metrics out of a registry.
func (c *Chain) Unregister(registry prometheus.Registerer) error {
	labelled := prometheus.WrapRegistererWith(prometheus.Labels{"chain": c.genesis.Name}, registry)
	for _, collector := range c.metrics.all(c) {
		if !labelled.Unregister(collector) {
			return fmt.Errorf("node: metrics of chain %q were not registered", c.genesis.Name)
		}
	}
	return nil
}

func (m *metrics) all(c *Chain) []prometheus.Collector {
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "credible", Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	return []prometheus.Collector{
		m.height, m.blocks, m.transactions, m.gas, m.commit, m.admitted, m.refused, m.evidence,
		m.checked, m.relied, m.certified, m.expired, m.followed, networkMetrics{c},
		gauge("snapshot_height", "Height of the newest snapshot that this node gives, 0 without any.", func() int { height, _ := c.snapshots.Load().last(); return int(height) }), //nolint:gosec // a height is below 2^62
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "credible", Name: "snapshot_seconds", Help: "How long the last snapshot took, 0 before the first since start."},
			func() float64 { _, took := c.snapshots.Load().last(); return took.Seconds() }),
		gauge("pool_pending", "Transactions that can go into the next block.", func() int { pending, _ := c.pool.Count(); return pending }),
		gauge("pool_queued", "Transactions that wait for an earlier nonce.", func() int { _, queued := c.pool.Count(); return queued }),
	}
}

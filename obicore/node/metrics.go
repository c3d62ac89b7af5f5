package node

import (
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
	m.gas.Add(float64(p.results.GasUsed()))
	m.commit.Observe(took.Seconds())
}

// Register adds the chain's metrics to a registry, with the chain's name as label.
func (c *Chain) Register(registry prometheus.Registerer) error {
	labelled := prometheus.WrapRegistererWith(prometheus.Labels{"chain": c.genesis.Name}, registry)
	pending := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "credible", Name: "pool_pending", Help: "Transactions that can go into the next block.",
	}, func() float64 { pending, _ := c.pool.Count(); return float64(pending) })
	queued := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "credible", Name: "pool_queued", Help: "Transactions that wait for an earlier nonce.",
	}, func() float64 { _, queued := c.pool.Count(); return float64(queued) })
	for _, collector := range []prometheus.Collector{
		c.metrics.height, c.metrics.blocks, c.metrics.transactions, c.metrics.gas, c.metrics.commit,
		c.metrics.admitted, c.metrics.refused, pending, queued,
	} {
		if err := labelled.Register(collector); err != nil {
			return err
		}
	}
	return nil
}

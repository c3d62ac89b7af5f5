package sim_test

import (
	"sync"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/sim"
)

// BenchmarkTransfers puts transfers into four nodes in real time and waits until all
// have executed them.
func BenchmarkTransfers(b *testing.B) {
	s := settings("standard")
	s.Latency, s.Accounts = 0, 200
	c := sim.New(b, s)
	c.Start()
	raws := make([][][]byte, 4)
	for i := range b.N {
		raws[i%4] = append(raws[i%4], c.Accounts[(i/4)%50+50*(i%4)].Transfer(recipient, 1))
	}
	b.ResetTimer()
	start := time.Now()
	var senders sync.WaitGroup
	for i := range raws {
		senders.Go(func() {
			for _, raw := range raws[i] {
				if _, err := c.Nodes[i].Submit(raw); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	senders.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "submitted/s")
	c.Settle(5*time.Minute, func() bool { return c.Judge.Count() >= b.N })
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "tx/s")
	b.ReportMetric(float64(c.Judge.Height()), "blocks")
}

package chaos_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sim/chaos"
)

// engines are what networks order with here; each is a sub-benchmark.
var engines = []string{"smartbft", "raft", "simplex"}

// BenchmarkTransfers measures four validators on this machine under pre-signed
// transfers of secp256k1 accounts, sent over JSON-RPC in batches of 100 to all four;
// every validator checks every signature, or with CHECKS=certified two of the four
// should, with fsync.
func BenchmarkTransfers(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) { transfers(b, engine) })
	}
}

func transfers(b *testing.B, engine string) {
	n := chaos.StartBenchmark(b, engine, "standard", 4)
	work := n.Prepare(b.N)
	b.ResetTimer()
	took := n.Send(work, 100)
	rate := float64(b.N) / took.Seconds()
	b.ReportMetric(rate, "tx/s")
	b.ReportMetric(0, "ns/op")
	check := chaos.SignatureTime()
	checkers := 4.0
	if os.Getenv("CHECKS") == string(node.ChecksCertified) {
		checkers = 2 // f+1
	}
	ceiling := float64(runtime.NumCPU()) / (checkers * check.Seconds())
	b.ReportMetric(ceiling, "ceiling-tx/s")
	b.ReportMetric(100*rate/ceiling, "%-of-ceiling")
	b.ReportMetric(n.Figure("credible_signatures_checked_total")/float64(b.N), "checks/tx")
	n.Verify(work)
}

// BenchmarkFinality measures how long a transfer takes to its receipt when 1,000 a
// second are sent, each at its own time whatever became of those before.
func BenchmarkFinality(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine, func(b *testing.B) { finality(b, engine) })
	}
}

func finality(b *testing.B, engine string) {
	n := chaos.StartBenchmark(b, engine, "standard", 4)
	work := n.Prepare(b.N)
	b.ResetTimer()
	latencies := n.Pace(work, 1000)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(chaos.Percentile(latencies, 0.5).Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(chaos.Percentile(latencies, 0.99).Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(len(latencies)), "receipts")
	n.Verify(work)
}

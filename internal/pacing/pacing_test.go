package pacing_test

import (
	"runtime"
	"runtime/metrics"
	"testing"

	"github.com/credibleledger/credibleledger/internal/pacing"
)

func percent() uint64 {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func TestASmallHeapIsCollectedLessOftenThanALargeOne(t *testing.T) {
	t.Setenv("GOGC", "")
	before := percent()
	runtime.GC()
	stop := pacing.Start()
	if got := percent(); got != 400 {
		t.Errorf("a heap of few MiB may grow by %d %%, want 400", got)
	}
	stop()
	if got := percent(); got != before {
		t.Errorf("afterwards it is %d %%, was %d", got, before)
	}
	large := make([]byte, pacing.Spare+1)
	runtime.GC()
	stop = pacing.Start()
	if got := percent(); got != 100 {
		t.Errorf("a heap of %d bytes may grow by %d %%, want 100", len(large), got)
	}
	stop()
	runtime.KeepAlive(large)
}

func TestWhatTheEnvironmentSaysStays(t *testing.T) {
	t.Setenv("GOGC", "70")
	before := percent()
	stop := pacing.Start()
	if got := percent(); got != before {
		t.Errorf("%d %%, want %d", got, before)
	}
	stop()
}

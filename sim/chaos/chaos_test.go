package chaos_test

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/sim/chaos"
)

func TestMain(m *testing.M) { chaos.Main(m) }

// duration is how long faults are injected: CHAOS_SECONDS, or 20 s in short tests
// and otherwise what is usual.
func duration(t *testing.T, usual time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv("CHAOS_SECONDS")
	if text == "" {
		if testing.Short() {
			return 20 * time.Second
		}
		return usual
	}
	seconds, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("CHAOS_SECONDS=%q is not a number", text)
	}
	return time.Duration(seconds) * time.Second
}

// The clients of a run: bankers make most of the load. With so many of them some are
// free at any time, however long others wait.
const (
	bankers   = 256
	operators = 8
)

// A run begins with as much load as a network bears that nothing troubles, and goes on
// with a share of what that was.
const (
	calm  = 8 * time.Second
	share = 0.55
)

func TestANetworkUnderFaultsKeepsEverythingThatItHasAcknowledged(t *testing.T) {
	for _, given := range []struct {
		engine, suite string
		usual         time.Duration
	}{{"smartbft", "standard", 155 * time.Second}, {"raft", "gm", 25 * time.Second}} {
		t.Run(given.engine+" "+given.suite, func(t *testing.T) {
			trouble(t, chaos.Settings{Nodes: 4, Consensus: given.engine, Crypto: given.suite, Ordering: os.Getenv("ORDERING"), Clients: bankers + operators, Troubled: true}, duration(t, given.usual))
		})
	}
}

func trouble(t *testing.T, settings chaos.Settings, lasts time.Duration) {
	n := chaos.Start(t, settings)
	ctx, stop := context.WithCancel(t.Context())
	l, wait, err := n.StartLoad(ctx, bankers, operators)
	if err != nil {
		t.Fatal(err)
	}
	maximum := l.Maximum(ctx, calm)
	l.Pace(share * maximum)
	faults := n.NewFaults(l, uint64(time.Now().UnixNano()), os.Getenv("CHAOS_FAULTS"))
	before, since := l.Counts(), time.Now()
	err = faults.Until(ctx, since.Add(lasts/2))
	if err == nil {
		err = faults.Upgrade(ctx)
	}
	if err == nil {
		err = faults.Until(ctx, since.Add(lasts))
	}
	if err != nil {
		t.Error(err)
	}
	counts, took := l.Counts().Less(before), time.Since(since)
	stop()
	wait()
	n.Judge(t.Context(), l)
	t.Logf("%d faults in %s under a load of %.0f transactions/s, %.0f%% of the %.0f/s at which the same clients are served without faults; %.0f/s acknowledged",
		faults.Count, took.Round(time.Second), counts.Sent/took.Seconds(), 100*counts.Sent/took.Seconds()/maximum, maximum, counts.Executed/took.Seconds())
	t.Logf("leader lost %d times: recovery median %s, p99 %s", len(faults.LeaderLosses),
		chaos.Percentile(faults.LeaderLosses, 0.5).Round(time.Millisecond), chaos.Percentile(faults.LeaderLosses, 0.99).Round(time.Millisecond))
}

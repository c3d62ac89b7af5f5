package chaos_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/sim/chaos"
)

// binary builds the command once for all tests of the package.
var binary = sync.OnceValues(func() (string, error) {
	directory, err := os.MkdirTemp("", "credible")
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "credible")
	output, err := exec.Command("go", "build", "-o", path, "../../cmd/credible").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return path, nil
})

func start(t *testing.T, engine, suite string, nodes, clients int) *chaos.Network {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return chaos.Start(t, chaos.Settings{Nodes: nodes, Consensus: engine, Crypto: suite, Clients: clients, Binary: path})
}

// duration is how long faults are injected: CHAOS_SECONDS, or 20 s in short tests
// and 150 s otherwise.
func duration(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("CHAOS_SECONDS")
	if text == "" {
		if testing.Short() {
			return 20 * time.Second
		}
		return 150 * time.Second
	}
	seconds, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("CHAOS_SECONDS=%q is not a number", text)
	}
	return time.Duration(seconds) * time.Second
}

// The clients of a run: bankers make most of the load.
const (
	bankers   = 24
	operators = 8
)

func TestANetworkUnderFaultsKeepsEverythingThatItHasAcknowledged(t *testing.T) {
	n := start(t, "smartbft", "standard", 4, bankers+operators)
	ctx, stop := context.WithCancel(t.Context())
	l, wait, err := n.StartLoad(ctx, bankers, operators)
	if err != nil {
		t.Fatal(err)
	}
	faults := n.NewFaults(l, uint64(time.Now().UnixNano()))
	for end := time.Now().Add(duration(t)); time.Now().Before(end); {
		if err := faults.Next(ctx); err != nil {
			t.Error(err)
			break
		}
	}
	executed, took := l.Executed.Load(), l.Elapsed()
	stop()
	wait()
	n.Judge(t.Context(), l)
	t.Logf("%d faults in %s, %.0f transactions/s, leader lost %d times: recovery median %s, p99 %s",
		faults.Count, took.Round(time.Second), float64(executed)/took.Seconds(), len(faults.LeaderLosses),
		chaos.Percentile(faults.LeaderLosses, 0.5).Round(time.Millisecond), chaos.Percentile(faults.LeaderLosses, 0.99).Round(time.Millisecond))
}

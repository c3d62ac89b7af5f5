package sim_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/sim"
)

// number reads a figure from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%q is not a number", name, text)
	}
	return v
}

// seeds is how many are played: few in short tests, fifty otherwise, and more in the
// full run.
func seeds() int {
	switch {
	case testing.Short():
		return 2
	case os.Getenv("CREDIBLE_TEST_FULL") != "":
		return 150
	}
	return 50
}

// logger writes what all nodes log to a file in the folder that SIM_LOG names, for who
// reads a failure.
func logger(t *testing.T) *slog.Logger {
	t.Helper()
	folder := os.Getenv("SIM_LOG")
	if folder == "" {
		return nil
	}
	file, err := os.Create(filepath.Join(folder, strings.ReplaceAll(t.Name(), "/", "-")+".log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// playSeeds plays seeded faults against networks in virtual time, each as its seed wants
// it. A seed that fails is run again with
//
//	SIM_SEED=N SIM_SEEDS=1 go test -run NAME ./sim
func playSeeds(t *testing.T, of func(seed int) sim.Settings) {
	first, count, faults := number(t, "SIM_SEED", 1), number(t, "SIM_SEEDS", seeds()), number(t, "SIM_FAULTS", 25)
	for seed := first; seed < first+count; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := of(seed)
				s.Crypto = []string{"standard", "gm"}[seed%2]
				s.Observers = seed % 3 / 2
				if seed%4 == 3 {
					s.Retain = 16
				}
				s.Log = logger(t)
				c := sim.New(t, s)
				order(c, seed)
				if s.Consensus != "raft" {
					certify(c, 1+seed/6) // with each ordering, and each suite
				}
				c.Start()
				started := time.Now()
				sim.NewRun(c, uint64(seed)).Play(faults)
				t.Logf("seed %d: %d nodes, height %d, %d transactions in %s", seed, len(c.Nodes), c.Judge.Height(), c.Judge.Count(), time.Since(started).Round(time.Second))
				logKept(t, c)
			})
		})
	}
}

// logKept says from where on the nodes that prune keep blocks.
func logKept(t *testing.T, c *sim.Cluster) {
	t.Helper()
	for _, n := range c.Nodes {
		if n.Chain != nil {
			if status := n.Chain.Ledger().Status(); status.OldestState > 0 {
				t.Logf("%s keeps blocks from %d and states from %d", n.Name, status.OldestBody, status.OldestState)
			}
		}
	}
}

func TestSeeds(t *testing.T) {
	playSeeds(t, func(seed int) sim.Settings {
		s := settings("standard")
		if seed%5 == 0 {
			s.Nodes = 7
		}
		return s
	})
}

// Command cometbft measures CometBFT, pinned in this module's go.mod, with its
// kvstore application: N nodes, each a process, over TCP on loopback, with files and
// fsync as CometBFT has them, tuned for throughput on one machine.
//
// It measures how many unsigned writes a second all nodes have committed, given to
// all of them through their JSON-RPC over HTTP in batches, as fast as they take them; and
// how long a write takes from when it is due to its block, when 1,000 a second are
// sent. It prints JSON with the conditions. It is a peer to compare with and not
// part of the product.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// report is what is printed.
type report struct {
	Engine          string  `json:"engine"`
	Version         string  `json:"version"`
	Nodes           int     `json:"nodes"`
	Cores           int     `json:"cores"`
	LoadAverage     string  `json:"loadAverage,omitempty"` // before, over 1, 5 and 15 minutes
	Writes          int     `json:"writes"`
	WriteBytes      int     `json:"writeBytes"`
	WarmUp          int     `json:"warmUp"` // writes before all others
	WritesPerSecond float64 `json:"writesPerSecond"`
	Blocks          int64   `json:"blocks"` // that hold these writes
	Paced           int     `json:"paced"`  // writes whose latency was measured
	Rate            int     `json:"rate"`   // of these, a second
	P50             float64 `json:"p50Milliseconds"`
	P99             float64 `json:"p99Milliseconds"`
	Signatures      string  `json:"signatures"`
	Database        string  `json:"database"`
	Fsync           bool    `json:"fsync"`
	Submission      string  `json:"submission"`
	InFlight        int     `json:"inFlight"` // at most
	Tuning          string  `json:"tuning"`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == serving {
		if err := serve(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	measure()
}

func measure() {
	nodes := flag.Int("nodes", 4, "how many nodes")
	writes := flag.Int("writes", 50_000, "writes of the throughput run")
	warmUp := flag.Int("warm-up", 0, "writes before all others, as fast as the nodes take them, which are not measured")
	rate := flag.Int("rate", 1_000, "writes a second of the latency run")
	paced := flag.Int("paced", 10_000, "writes of the latency run")
	inFlight := flag.Int("inflight", 5_000, "most writes under way in the throughput run; far fewer than a mempool holds, which drops some when it is full")
	limit := flag.Duration("limit", 3*time.Minute, "time for everything")
	flag.Parse()
	if err := run(*nodes, *inFlight, *warmUp, *writes, *paced, *rate, *limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(nodes, inFlight, warmUp, writes, paced, rate int, limit time.Duration) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	directory, err := os.MkdirTemp("", "cometbft-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	r := report{
		Engine: "cometbft", Version: version(), Nodes: nodes, Cores: runtime.NumCPU(), LoadAverage: loadAverage(),
		WarmUp: warmUp, Writes: writes, WriteBytes: writeBytes, Paced: paced, Rate: rate,
		Signatures: "validators' votes (Ed25519); writes unsigned", Database: database, Fsync: true,
		Submission: fmt.Sprintf("JSON-RPC over HTTP to all nodes, broadcast_tx_async in batches of %d; one by one in the latency run", batch), InFlight: inFlight, Tuning: tuning,
	}
	n, err := start(ctx, directory, nodes)
	if err != nil {
		return err
	}
	defer n.stop()
	if warmUp > 0 {
		if _, _, err := n.flood(ctx, 'w', warmUp, inFlight); err != nil {
			return err
		}
	}
	latencies, err := n.pace(ctx, paced, rate)
	if err != nil {
		return err
	}
	r.P50, r.P99 = milliseconds(percentile(latencies, 0.5)), milliseconds(percentile(latencies, 0.99))
	took, blocks, err := n.flood(ctx, 'f', writes, inFlight)
	if err != nil {
		return err
	}
	r.WritesPerSecond, r.Blocks = float64(writes)/took.Seconds(), blocks
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/cometbft/cometbft" {
			return module.Version
		}
	}
	return "unknown"
}

// loadAverage is the machine's, where it says so.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

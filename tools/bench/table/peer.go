package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// peer is what interop/cometbft has measured: writes that nobody signs or checks, and
// that are not looked for afterwards.
type peer struct {
	Engine          string  `json:"engine"`
	WritesPerSecond float64 `json:"writesPerSecond"`
	P50             float64 `json:"p50Milliseconds"`
	P99             float64 `json:"p99Milliseconds"`
	Rate            int     `json:"rate"` // writes a second while latency was measured
}

// maxPeer bounds a peer's report in bytes.
const maxPeer = 1 << 20

// readPeer returns nil for a file that is another kind of report.
func readPeer(path string) (*peer, error) {
	file, err := os.Open(path) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxPeer))
	if err != nil {
		return nil, err
	}
	p := &peer{}
	if json.Unmarshal(text, p) != nil || p.Engine == "" {
		return nil, nil //nolint:nilnil // what it is instead is for the other reader to say
	}
	return p, nil
}

// row is a peer's; its latency was measured at a rate, apart from its figure.
func (p *peer) row(label string, first float64) string {
	return line(label, "unsigned writes", "none", "–", fmt.Sprintf("%.0f", p.WritesPerSecond), "–", ratioTo(first, p.WritesPerSecond), "none", "–",
		fmt.Sprintf("%.1f at %d/s", p.P50, p.Rate), fmt.Sprintf("%.1f at %d/s", p.P99, p.Rate), "–", "no")
}

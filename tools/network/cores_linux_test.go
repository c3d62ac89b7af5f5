package network_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/tools/network"
)

// startedWith starts the first of some nodes, which writes down its environment, and returns the
// number of threads in it.
func startedWith(t *testing.T, nodes int) string {
	t.Helper()
	directory := t.TempDir()
	p := &network.Processes{Directory: directory, Manifest: &network.Manifest{}, Binary: filepath.Join(directory, "node")}
	for i := range nodes {
		p.Manifest.Nodes = append(p.Manifest.Nodes, network.Node{Name: fmt.Sprint("node", i)})
	}
	first := p.Manifest.Nodes[0]
	script := "#!/bin/sh\necho \"threads: $GOMAXPROCS.\"\n"
	if err := os.WriteFile(p.Binary, []byte(script), 0o700); err != nil { //nolint:gosec // it is executed
		t.Fatal(err)
	}
	if err := os.Mkdir(p.Home(first), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(first); err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		if line := p.LastLine(first); strings.HasSuffix(line, ".") {
			return strings.TrimSuffix(strings.TrimPrefix(line, "threads: "), ".")
		}
		select {
		case <-look.C:
		case <-t.Context().Done():
			t.Fatal("the node wrote nothing")
		}
	}
}

func TestNodesOfOneMachineShareItsCores(t *testing.T) {
	t.Setenv("GOMAXPROCS", "")
	cores := runtime.GOMAXPROCS(0)
	for nodes, want := range map[int]int{2: (cores + 1) / 2, 4: (cores + 3) / 4, cores + 1: 1} {
		if have := startedWith(t, nodes); have != fmt.Sprint(want) {
			t.Errorf("a node of %d on %d cores runs on %s threads, want %d", nodes, cores, have, want)
		}
	}
	if have := startedWith(t, 1); have != "" {
		t.Errorf("a node alone runs on %s threads", have)
	}
	t.Setenv("GOMAXPROCS", "3")
	if have := startedWith(t, 4); have != "3" {
		t.Errorf("a node runs on %s threads where the environment says 3", have)
	}
}

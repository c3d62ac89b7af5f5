package network_test

import (
	"net"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/network"
)

func TestANodeThatTakesNoMoreConnectionsIsBusyAndNotStarting(t *testing.T) {
	o := newOperator(t, "--nodes", "1", "--consensus", "solo")
	o.run("start")
	address := strings.TrimPrefix(o.node("node0").RPC, "http://")
	for range 1100 {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
	}
	// A refusal may be lost in a reset, and then the node seems to start.
	o.await("a busy node", func(s network.Status) bool {
		n := &s.Nodes[0]
		if n.State == "ready" {
			t.Fatalf("%+v", n)
		}
		return n.State == "busy" && strings.Contains(n.Why, "too many connections")
	})
}

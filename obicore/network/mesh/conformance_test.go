package mesh_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/network"
	"github.com/credibleledger/credibleledger/obicore/network/memory"
	"github.com/credibleledger/credibleledger/obicore/network/mesh"
	"github.com/credibleledger/credibleledger/obicore/network/tls"
)

func TestMeshOverMemoryKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformant.Direction(conformant.Subject{Channels: memory.New(), Mesh: mesh.Module{}, Listen: ":0"}))
}

func TestMeshOverTLSKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformant.Direction(conformant.Subject{Channels: tls.Module{}, Mesh: mesh.Module{}, Listen: "127.0.0.1:0"}))
}

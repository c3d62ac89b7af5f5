package mesh_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/network/mesh"
	"github.com/credibleledger/credibleledger/obicore/network/tls"
)

// pairOf starts two meshes over TLS on this machine; the handlers are the receivers'.
func pairOf(b *testing.B, receive [2]func(m network.Mesh, from chain.NodeID, class network.Class, message []byte)) (pair [2]network.Mesh) {
	b.Helper()
	var list []network.Peer
	connected := make(chan struct{}, 100)
	for i := range pair {
		secret, err := tls.Module{}.Generate()
		if err != nil {
			b.Fatal(err)
		}
		channel, err := tls.Module{}.Open(secret)
		if err != nil {
			b.Fatal(err)
		}
		id := chain.NodeID{byte(i + 1)}
		if pair[i], err = (mesh.Module{}).New(network.Options{Self: id, Channel: channel, Listen: "127.0.0.1:0"}); err != nil {
			b.Fatal(err)
		}
		err = pair[i].Start(b.Context(), network.Handlers{
			Receive: func(from chain.NodeID, class network.Class, message []byte) {
				receive[i](pair[i], from, class, message)
			},
			Changed: func(_ chain.NodeID, _ network.Class, up bool) { connected <- struct{}{} },
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { pair[i].Close() })
		list = append(list, network.Peer{ID: id, Transport: channel.Self(), Address: pair[i].Address()})
	}
	list[1].Address = "" // the second dials
	pair[0].SetPeers(list)
	pair[1].SetPeers(list)
	for range 2 * int(network.Classes) {
		<-connected
	}
	return pair
}

// BenchmarkThroughput sends as fast as the mesh takes it, one way, over one class.
func BenchmarkThroughput(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			done := make(chan struct{})
			arrived := 0
			count := func(network.Mesh, chain.NodeID, network.Class, []byte) {
				if arrived++; arrived == b.N {
					close(done)
				}
			}
			pair := pairOf(b, [2]func(network.Mesh, chain.NodeID, network.Class, []byte){count, count})
			message := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				for {
					err := pair[1].Send(chain.NodeID{1}, network.Bulk, message)
					if err == nil {
						break
					}
					if !errors.Is(err, network.ErrCongested) {
						b.Fatal(err)
					}
					runtime.Gosched()
				}
			}
			<-done
		})
	}
}

// BenchmarkRoundTrip sends one small message to and fro.
func BenchmarkRoundTrip(b *testing.B) {
	back := make(chan struct{}, 1)
	answer := func(m network.Mesh, from chain.NodeID, class network.Class, message []byte) {
		_ = m.Send(from, class, message)
	}
	arrive := func(network.Mesh, chain.NodeID, network.Class, []byte) { back <- struct{}{} }
	pair := pairOf(b, [2]func(network.Mesh, chain.NodeID, network.Class, []byte){answer, arrive})
	message := make([]byte, 128)
	b.ResetTimer()
	for range b.N {
		if err := pair[1].Send(chain.NodeID{1}, network.Consensus, message); err != nil {
			b.Fatal(err)
		}
		<-back
	}
}

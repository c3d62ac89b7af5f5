package mesh_test

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/network/memory"
	"github.com/credibleledger/credibleledger/obicore/network/mesh"
)

// simulation is a few nodes on a network that fails, in virtual time.
type simulation struct {
	t       *testing.T
	network *memory.Switch
	random  *rand.Rand
	nodes   []*simulated

	mutex sync.Mutex
	last  map[[3]byte]uint64 // number of the last message, by sender, receiver and class
	sent  uint64
}

type simulated struct {
	network.Mesh
	id      byte
	channel network.SecureChannel
	address string
}

// TestConnectionsSurviveAnyFaults cuts, stalls and restarts at random. Whatever happens,
// messages arrive in order and at most once, and when all is healed every pair of nodes
// has its connections, one stream for each class.
func TestConnectionsSurviveAnyFaults(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			s := &simulation{t: t, network: memory.New(), random: rand.New(rand.NewPCG(seed, 1)), last: make(map[[3]byte]uint64)}
			for id := range byte(4) {
				s.nodes = append(s.nodes, s.open(id+1))
			}
			for _, n := range s.nodes {
				n.start(s, ":0")
			}
			s.list()
			for range 300 {
				s.fault()
				s.send()
				time.Sleep(time.Duration(s.random.IntN(400)) * time.Millisecond)
			}
			s.heal()
			time.Sleep(30 * time.Second)
			s.check(seed)
			for _, n := range s.nodes {
				n.Close()
			}
		})
	}
}

func (s *simulation) open(id byte) *simulated {
	secret, err := s.network.Generate()
	if err != nil {
		s.t.Fatal(err)
	}
	channel, err := s.network.Open(secret)
	if err != nil {
		s.t.Fatal(err)
	}
	return &simulated{id: id, channel: channel}
}

func (n *simulated) start(s *simulation, listen string) {
	made, err := mesh.Module{}.New(network.Options{Self: chain.NodeID{n.id}, Channel: n.channel, Listen: listen})
	if err != nil {
		s.t.Fatal(err)
	}
	receive := func(from chain.NodeID, class network.Class, message []byte) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		key, number := [3]byte{from[0], n.id, byte(class)}, binary.BigEndian.Uint64(message)
		if number <= s.last[key] {
			s.t.Errorf("node %d got message %d of %d behind %d", n.id, number, from[0], s.last[key])
		}
		s.last[key] = number
	}
	if err := made.Start(s.t.Context(), network.Handlers{Receive: receive}); err != nil {
		s.t.Fatal(err)
	}
	n.Mesh, n.address = made, made.Address()
}

// list gives every node the list of all.
func (s *simulation) list() {
	var list []network.Peer
	for _, n := range s.nodes {
		list = append(list, network.Peer{ID: chain.NodeID{n.id}, Transport: n.channel.Self(), Address: n.address})
	}
	for _, n := range s.nodes {
		n.SetPeers(list)
	}
}

func (s *simulation) pair() (a, b chain.Hash) {
	return s.nodes[s.random.IntN(len(s.nodes))].channel.Self(), s.nodes[s.random.IntN(len(s.nodes))].channel.Self()
}

func (s *simulation) fault() {
	a, b := s.pair()
	switch s.random.IntN(6) {
	case 0:
		s.network.Cut(a, b)
	case 1:
		s.network.Stall(a, b)
	case 2, 3:
		s.network.Heal(a, b)
	case 4:
		s.network.Latency(a, b, time.Duration(s.random.IntN(200))*time.Millisecond)
	case 5:
		if s.random.IntN(5) == 0 {
			n := s.nodes[s.random.IntN(len(s.nodes))]
			n.Close()
			n.start(s, n.address)
			s.list()
		}
	}
}

func (s *simulation) send() {
	for _, from := range s.nodes {
		for _, to := range s.nodes {
			s.sent++
			message := binary.BigEndian.AppendUint64(nil, s.sent)
			_ = from.Send(chain.NodeID{to.id}, network.Class(s.sent%uint64(network.Classes)), message)
		}
	}
}

func (s *simulation) heal() {
	for _, a := range s.nodes {
		for _, b := range s.nodes {
			s.network.Heal(a.channel.Self(), b.channel.Self())
		}
	}
}

func (s *simulation) check(seed uint64) {
	for i, a := range s.nodes {
		for _, status := range a.Status() {
			if !status.Connected() || status.Failure != "" {
				s.t.Errorf("seed %d: node %d is not connected to %d: %q", seed, a.id, status.ID[0], status.Failure)
			}
		}
		for _, b := range s.nodes[i+1:] {
			if n := s.network.Streams(a.channel.Self(), b.channel.Self()); n != int(network.Classes) {
				s.t.Errorf("seed %d: %d streams between %d and %d", seed, n, a.id, b.id)
			}
		}
	}
	if len(s.last) < 4*3*int(network.Classes) {
		s.t.Errorf("seed %d: messages arrived on %d of 36 ways", seed, len(s.last))
	}
}

package node_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// given is what peers get of a node's blocks.
type given struct{ answers, empty, blocks, bytes, statuses int }

// grow makes the node decide blocks.
func (s *staged) grow(count int) {
	s.t.Helper()
	decided := s.engine.tip
	for range count {
		time.Sleep(10 * time.Millisecond)
		proposal, err := s.engine.host.Propose(s.t.Context(), decided, nil, true)
		if err != nil {
			s.t.Fatal(err)
		}
		decided = consensus.Decision{Proposal: proposal}
		if _, err := s.engine.host.Commit(s.t.Context(), decided); err != nil {
			s.t.Fatal(err)
		}
	}
}

// playLedger is a node of 50 blocks that notes what it gives to whom.
func playLedger(t *testing.T) (s *staged, of map[chain.NodeID]*given) {
	t.Helper()
	s = newStaged(t, 3, 0)
	of = map[chain.NodeID]*given{s.validators[0]: {}, s.validators[1]: {}}
	s.mesh.answer = func(to chain.NodeID, m any) []byte {
		switch m := m.(type) {
		case *blocksync.Request:
			return says(0)
		case *blocksync.Status:
			of[to].statuses++
		case *blocksync.Answer:
			of[to].answers++
			of[to].blocks += len(m.Blocks)
			of[to].bytes += len(m.Encode())
			if len(m.Blocks) == 0 {
				of[to].empty++
			}
		}
		return nil
	}
	s.start()
	s.grow(50)
	return s, of
}

func TestAPeerThatAsksForBlocksWithoutEndGetsItsPortion(t *testing.T) {
	for name, limit := range map[string]struct{ each, answers, blocks uint64 }{
		"one by one":     {1, 1024, 1024},
		"many at a time": {50, 8192/50 + 1, 8192},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, of := playLedger(t)
				greedy, other := s.validators[0], s.validators[1]
				request := (&blocksync.Request{From: 1, Blocks: limit.each, Bytes: 8 << 20}).Encode()
				ask := func(who chain.NodeID, times int) given {
					before := *of[who]
					for range times {
						s.mesh.handlers.Receive(who, network.Sync, request)
					}
					after := *of[who]
					return given{after.answers - before.answers, after.empty - before.empty, after.blocks - before.blocks, after.bytes - before.bytes, 0}
				}
				got := ask(greedy, 5000)
				if full := uint64(got.answers - got.empty); full == 0 || full > limit.answers || uint64(got.blocks) > limit.blocks || got.bytes > 128<<20 {
					t.Errorf("in no time it gets %d answers with %d blocks and %d bytes", full, got.blocks, got.bytes)
				}
				if got.answers != 5000 {
					t.Errorf("%d questions are left without an answer", 5000-got.answers)
				}
				if got := ask(other, 1); got.blocks != int(limit.each) {
					t.Errorf("another peer gets %d blocks", got.blocks)
				}
				told := of[greedy].statuses
				s.mesh.handlers.Receive(greedy, network.Sync, (&blocksync.Request{}).Encode())
				if of[greedy].statuses != told+1 {
					t.Error("it is not told the height")
				}
				time.Sleep(time.Second)
				if got := ask(greedy, 1); got.blocks != int(limit.each) {
					t.Errorf("a second later it gets %d blocks", got.blocks)
				}
			})
		})
	}
}

// The pace is that of a machine that does nothing but write what it gets.
func TestAPeerThatCatchesUpAsFastAsADiskWritesIsNeverDeclined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, of := playLedger(t)
		limits := blocksync.DefaultLimits()
		request := (&blocksync.Request{From: 1, Blocks: limits.Blocks, Bytes: uint64(limits.Bytes)}).Encode()
		const seconds, answers, blocks = 10, 150, 50 // as many blocks as the node has
		for range seconds * answers {
			s.mesh.handlers.Receive(s.validators[0], network.Sync, request)
			time.Sleep(time.Second / answers)
		}
		if got := of[s.validators[0]]; got.empty > 0 || got.blocks != seconds*answers*blocks {
			t.Errorf("it gets %+v", *got)
		}
	})
}

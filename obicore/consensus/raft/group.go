package raft

import (
	"fmt"
	"math"

	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// group is raft among the members of one validator set. Its configuration never
// changes: the next set is another group.
type group struct {
	members *members
	self    uint64
	store   *etcd.MemoryStorage
	node    *etcd.RawNode

	hard     hardState
	applied  uint64            // the last index that raft has handed over as committed
	settled  uint64            // up to here every block is in the chain
	height   uint64            // of the chain there
	blocks   map[uint64]*block // by index, durable and not settled
	records  int               // in the log since its last beginning
	recorded int               // bytes of them
}

// Limits of what raft keeps and sends.
const (
	keptEntries   = 64      // settled entries for members that are a little behind
	keptBytes     = 4 << 20 // of them
	recordsAtMost = 64      // in the log before it begins anew
	recordedBytes = 4 << 20 // of them
	messageBytes  = 1 << 20 // of entries in one message, beyond the first
	inflight      = 16      // messages to one member without answer
)

// beginning is where every member of a set begins when it knows nothing: before the
// first height of the set.
func beginning(set *chain.ValidatorSet) remembered {
	index := set.From + 1
	return remembered{epoch: set.Epoch, index: index, term: 1, height: max(set.From, 1) - 1, hard: hardState{term: 1, commit: index}}
}

// newGroup makes a group from what is remembered.
func (e *engine) newGroup(m *members, r remembered) (g *group, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			g, err = nil, fmt.Errorf("raft: the consensus log does not fit together: %v", cause)
		}
	}()
	g = &group{members: m, self: numberOf(e.self), store: etcd.NewMemoryStorage(), applied: r.index, settled: r.index, height: r.height, blocks: make(map[uint64]*block)}
	if err := g.store.ApplySnapshot(g.snapshot(r.index, r.term, r.height)); err != nil {
		return nil, err
	}
	if err := g.store.Append(r.entries); err != nil {
		return nil, err
	}
	r.hard.commit = min(max(r.hard.commit, r.index), r.index+uint64(len(r.entries)))
	r.hard.term = max(r.hard.term, r.term)
	g.hard = r.hard
	if err := g.store.SetHardState(r.hard.state()); err != nil {
		return nil, err
	}
	for _, entry := range r.entries {
		b, err := e.readBlock(entry)
		if err != nil {
			return nil, fmt.Errorf("raft: entry %d of the consensus log: %w", entry.GetIndex(), err)
		}
		if b != nil {
			g.blocks[b.index] = b
		}
	}
	g.node, err = etcd.NewRawNode(&etcd.Config{
		ID: g.self, ElectionTick: beatsOfPatience, HeartbeatTick: 1, Storage: g.store, Applied: r.index,
		MaxSizePerMsg: messageBytes, MaxCommittedSizePerReady: math.MaxUint64, MaxInflightMsgs: inflight,
		CheckQuorum: true, PreVote: true, DisableProposalForwarding: true, Logger: logger{e},
	})
	return g, err
}

// snapshot says where the log begins and how high the chain is there; a snapshot has
// no other content, the chain is the state.
func (g *group) snapshot(index, term, height uint64) *pb.Snapshot {
	return &pb.Snapshot{Data: metaOf(height), Metadata: &pb.SnapshotMetadata{Index: new(index), Term: new(term), ConfState: g.confState()}}
}

func (g *group) confState() *pb.ConfState {
	return &pb.ConfState{Voters: append([]uint64(nil), g.members.numbers...)}
}

func (g *group) term() uint64 { return g.node.BasicStatus().GetTerm() }

func (g *group) leader() uint64 { return g.node.BasicStatus().Lead }

func (g *group) leads() bool { return g.node.BasicStatus().RaftState == etcd.StateLeader }

func (g *group) last() uint64 {
	last, err := g.store.LastIndex()
	if err != nil {
		panic(err) // it has no other way to fail than raft's own
	}
	return last
}

// undecided is the block after a tip, nil when the log has none.
func (g *group) undecided(tip uint64) (first *block) {
	for _, b := range g.blocks {
		if b.proposal.Height == tip+1 && (first == nil || b.index < first.index) {
			first = b
		}
	}
	return first
}

// highest is the greatest height of a block in the log, the settled included.
func (g *group) highest() uint64 {
	high := g.height
	for _, b := range g.blocks {
		high = max(high, b.proposal.Height)
	}
	return high
}

// votable reports whether the durable log gives this node the right to say that a
// block is decided as soon as a majority says so: an entry of the term in which the
// node still is, or one that raft has committed. An entry of an earlier term that is
// not committed may yet be replaced, on however many nodes it is.
func (g *group) votable(b *block) bool {
	return b.term == g.hard.term && g.hard.term == g.term() || b.index <= g.applied
}

// settle notes that the chain has a height, and lets go of what is not needed.
func (g *group) settle(tip uint64) {
	before := g.settled
	for g.settled < g.applied {
		b := g.blocks[g.settled+1]
		if b != nil && b.proposal.Height > tip {
			break
		}
		if g.settled++; b != nil {
			g.height = b.proposal.Height
			delete(g.blocks, b.index)
		}
	}
	if g.settled == before {
		return
	}
	if _, err := g.store.CreateSnapshot(g.settled, g.confState(), metaOf(g.height)); err != nil {
		panic(err)
	}
	g.compact()
}

// compact keeps some settled entries, for members that are a little behind.
func (g *group) compact() {
	first, err := g.store.FirstIndex()
	if err != nil {
		panic(err)
	}
	if first > g.settled {
		return
	}
	entries, err := g.store.Entries(first, g.settled+1, math.MaxUint64)
	if err != nil {
		panic(err)
	}
	kept, bytes := 0, 0
	for kept < len(entries) && kept < keptEntries {
		if bytes += len(entries[len(entries)-1-kept].GetData()); bytes > keptBytes {
			break
		}
		kept++
	}
	if upTo := g.settled - uint64(kept); upTo >= first {
		if err := g.store.Compact(upTo); err != nil {
			panic(err)
		}
	}
}

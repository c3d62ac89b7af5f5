package raft

import (
	"encoding/binary"
	"fmt"
	"math"

	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
)

// recall reads the log; the zero value when there is nothing in it.
func (e *engine) recall() (r remembered, err error) {
	if err = e.wal.Replay(r.replay); err != nil {
		return r, fmt.Errorf("raft: the consensus log does not read, so that this node could contradict itself; let it follow without voting: %w", err)
	}
	return r, nil
}

// begin makes a group's log begin, durably, and drops what was before.
func (e *engine) begin(r *remembered) error {
	record, err := r.encodeBase()
	if err != nil {
		return err
	}
	if err := e.wal.Append(record, true); err != nil {
		return err
	}
	return e.wal.Truncate(1)
}

// persist makes durable what raft asks for, before anything that depends on it leaves.
func (e *engine) persist(g *group, rd *etcd.Ready) error {
	hard := g.hard
	if !etcd.IsEmptyHardState(rd.HardState) {
		hard = hardOf(rd.HardState)
	}
	if !etcd.IsEmptySnap(rd.Snapshot) {
		return e.persistSnapshot(g, rd, hard)
	}
	if len(rd.Entries) == 0 && hard == g.hard {
		return nil
	}
	record, err := encodeStep(hard, rd.Entries)
	if err != nil {
		return err
	}
	if err := e.wal.Append(record, rd.MustSync); err != nil {
		return err
	}
	g.records, g.recorded = g.records+1, g.recorded+len(record)
	return e.remember(g, hard, rd.Entries)
}

func (e *engine) persistSnapshot(g *group, rd *etcd.Ready, hard hardState) error {
	height, err := heightOf(rd.Snapshot)
	if err != nil {
		return err
	}
	meta := rd.Snapshot.GetMetadata()
	base := remembered{epoch: g.members.set.Epoch, index: meta.GetIndex(), term: meta.GetTerm(), height: height, hard: hard, entries: rd.Entries}
	if err := e.begin(&base); err != nil {
		return err
	}
	if err := g.store.ApplySnapshot(g.snapshot(meta.GetIndex(), meta.GetTerm(), height)); err != nil {
		return err
	}
	g.applied, g.settled, g.height, g.blocks = meta.GetIndex(), meta.GetIndex(), height, make(map[uint64]*block)
	g.records, g.recorded = 0, 0
	return e.remember(g, hard, rd.Entries)
}

// remember puts what is durable into memory.
func (e *engine) remember(g *group, hard hardState, entries []*pb.Entry) error {
	g.hard = hard
	if err := g.store.SetHardState(hard.state()); err != nil {
		return err
	}
	if len(entries) == 0 {
		return nil
	}
	if err := g.store.Append(entries); err != nil {
		return err
	}
	for index := range g.blocks {
		if index >= entries[0].GetIndex() {
			delete(g.blocks, index)
		}
	}
	for _, entry := range entries {
		b, err := e.readBlock(entry)
		if err != nil {
			return fmt.Errorf("raft: entry %d: %w", entry.GetIndex(), err)
		}
		if b != nil {
			g.blocks[b.index] = b
		}
	}
	return nil
}

// shorten lets the log begin at what is settled, when it has become long.
func (e *engine) shorten(g *group) error {
	if g.records < recordsAtMost && g.recorded < recordedBytes {
		return nil
	}
	term, err := g.store.Term(g.settled)
	if err != nil {
		return err
	}
	base := remembered{epoch: g.members.set.Epoch, index: g.settled, term: term, height: g.height, hard: g.hard}
	if last := g.last(); last > g.settled {
		if base.entries, err = g.store.Entries(g.settled+1, last+1, math.MaxUint64); err != nil {
			return err
		}
	}
	g.records, g.recorded = 0, 0
	return e.begin(&base)
}

func heightOf(s *pb.Snapshot) (uint64, error) {
	if len(s.GetData()) != 8 {
		return 0, fmt.Errorf("raft: a snapshot with %d bytes, want the 8 of a height", len(s.GetData()))
	}
	return binary.BigEndian.Uint64(s.GetData()), nil
}

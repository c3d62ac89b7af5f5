package raft

import (
	"context"
	"errors"
	"log/slog"

	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// A follower acknowledges a proposal only when its host has found it good. Appends
// therefore wait here, in order, until their blocks are validated, and snapshots until
// the chain has what they stand for. Everything else of raft passes by, so that a slow
// validation does not look like a dead node.

// held is an append of at most one block, or a snapshot.
type held struct {
	message *pb.Message
	block   *block
	bytes   int
}

// Limits of what waits; raft sends again what is dropped.
const (
	heldAtMost      = 256
	heldBytesAtMost = 64 << 20
)

// hold takes an append apart and lets it wait.
func (e *engine) hold(m *pb.Message) {
	if m.GetType() == pb.MsgSnap || len(m.GetEntries()) == 0 {
		e.holdOne(m, nil)
		return
	}
	term := m.GetLogTerm()
	for i, entry := range m.GetEntries() {
		b, err := e.readBlock(entry)
		if err != nil {
			e.logf(slog.LevelWarn, "raft: entry %d of node %x is dropped: %v", entry.GetIndex(), m.GetFrom(), err)
			return
		}
		e.holdOne(&pb.Message{
			Type: pb.MsgApp.Enum(), To: m.To, From: m.From, Term: m.Term, Commit: m.Commit,
			Index: new(entry.GetIndex() - 1), LogTerm: new(term), Entries: m.GetEntries()[i : i+1 : i+1],
		}, b)
		term = entry.GetTerm()
	}
}

func (e *engine) holdOne(m *pb.Message, b *block) {
	h := held{message: m, block: b}
	if b != nil {
		h.bytes = len(b.proposal.Header) + len(b.proposal.Body)
	}
	if len(e.held) < heldAtMost && e.heldBytes+h.bytes <= heldBytesAtMost {
		e.held, e.heldBytes = append(e.held, h), e.heldBytes+h.bytes
	}
}

// release gives to raft what need not wait any longer.
func (e *engine) release() (more bool, err error) {
	for len(e.held) > 0 {
		h := e.held[0]
		if h.message.GetTerm() >= e.group.term() && e.waits(h) {
			return more, nil
		}
		e.held, e.heldBytes = e.held[1:], e.heldBytes-h.bytes
		_ = e.group.node.Step(h.message)
		more = true
	}
	e.held = nil
	return more, nil
}

// waits reports whether something has to happen before raft may have a message.
func (e *engine) waits(h held) bool {
	tip := e.tip.Proposal.Height
	if h.message.GetType() == pb.MsgSnap {
		height, err := heightOf(h.message.GetSnapshot())
		if err == nil && height > tip {
			e.fetchFor = max(e.fetchFor, height)
			return true
		}
		return false
	}
	if h.block == nil || h.block.proposal.Height <= tip || h.block.hash == e.validated {
		return false
	}
	mine := e.group.blocks[h.block.index]
	return mine == nil || mine.hash != h.block.hash || mine.term != h.block.term
}

// candidate is the block that waits for validation on top of the tip.
func (e *engine) candidate() *block {
	if len(e.held) == 0 {
		return nil
	}
	b := e.held[0].block
	if b == nil || b.proposal.Height != e.tip.Proposal.Height+1 {
		return nil
	}
	return b
}

// validate asks the host about the block that waits.
func (e *engine) validate(ctx context.Context, b *block) {
	tip, from := e.tip.Proposal.Height, e.held[0].message
	e.start(ctx, false, func(ctx context.Context) func() {
		err := e.host.Validate(ctx, b.proposal)
		return func() {
			switch {
			case ctx.Err() != nil && err != nil, e.tip.Proposal.Height != tip:
			case err == nil:
				e.validated, e.trouble = b.hash, ""
			default:
				e.refuse(from, b, err)
			}
		}
	})
}

// refuse drops what the host does not accept. A leader whose proposals are not valid
// here is not listened to for a while: when a majority thinks so it loses the lead,
// and whoever leads next replaces the proposal. When a majority accepts it after all,
// this node gets the decision by block sync and its host judges that.
func (e *engine) refuse(m *pb.Message, b *block, err error) {
	leader := e.members.byNum[m.GetFrom()]
	e.logf(slog.LevelWarn, "raft: the proposal of %s for height %d is refused: %v", leader, b.proposal.Height, err)
	e.trouble = "the leader's proposal is refused: " + err.Error()
	e.held, e.heldBytes = nil, 0
	if !errors.Is(err, consensus.ErrProposal) || e.group == nil || e.group.term() != m.GetTerm() {
		return
	}
	e.shunned = audience{m.GetFrom(), m.GetTerm()}
	e.shunUntil = e.clock.Now().Add(2 * e.timing.patience)
	if e.group.leader() != etcd.None && !e.group.leads() {
		e.guarded(func() error { return e.group.node.ForgetLeader() })
	}
}

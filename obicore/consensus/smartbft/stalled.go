package smartbft

import (
	"cmp"
	"time"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"
	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
)

// position is where a message of the three phases belongs.
type position struct{ view, height uint64 }

// positionOf returns it with the phase: 0 for pre-prepare, 1 for prepare, 2 for
// commit.
func positionOf(m *protos.Message) (p position, phase int, ok bool) {
	switch c := m.GetContent().(type) {
	case *protos.Message_PrePrepare:
		return position{c.PrePrepare.GetView(), c.PrePrepare.GetSeq()}, 0, true
	case *protos.Message_Prepare:
		return position{c.Prepare.GetView(), c.Prepare.GetSeq()}, 1, !c.Prepare.GetAssist()
	case *protos.Message_Commit:
		return position{c.Commit.GetView(), c.Commit.GetSeq()}, 2, !c.Commit.GetAssist()
	}
	return p, 0, false
}

// isPhase reports whether a message belongs to the three phases.
func isPhase(m *protos.Message) bool {
	return m.GetPrePrepare() != nil || m.GetPrepare() != nil || m.GetCommit() != nil
}

// stalled keeps the newest messages of the three phases per node. When a height is
// not decided for a while they are given to SmartBFT again: while it syncs or
// changes its view it drops what it gets. It ignores what it has seen already.
type stalled struct {
	last map[uint64]*[3]frame
	at   time.Time // of the last delivery
}

// note keeps a message that is not older than what is there.
func (s *stalled) note(f frame) {
	p, phase, ok := positionOf(f.message)
	if !ok {
		return
	}
	if s.last == nil {
		s.last = make(map[uint64]*[3]frame)
	}
	if s.last[f.from] == nil {
		s.last[f.from] = &[3]frame{}
	}
	slot := &s.last[f.from][phase]
	if slot.message != nil {
		before, _, _ := positionOf(slot.message)
		older := cmp.Or(cmp.Compare(p.height, before.height), cmp.Compare(p.view, before.view), cmp.Compare(f.round, slot.round))
		if older < 0 {
			return
		}
	}
	*slot = f
}

// again returns what belongs to the height after the tip and to the installed view, or to
// what is carried over, and forgets what is decided. SmartBFT counts one vote per node: one
// for another proposal than the leader's last would keep it from counting the right one.
func (s *stalled) again(at stage, tip uint64, digest string) (frames []frame) {
	for phase := range 3 {
		for _, slots := range s.last {
			m := slots[phase].message
			if m == nil {
				continue
			}
			p, _, _ := positionOf(m)
			carried := phase == 2 && p == at.carried.of
			switch {
			case p.height <= tip:
				slots[phase] = frame{}
			case p.height > tip+1:
			case carried || p.view == at.current.view && (phase == 0 || digest == "" || digestOf(m) == digest):
				frames = append(frames, slots[phase])
			}
		}
	}
	return frames
}

// digestOf is that of the proposal in a message or voted for.
func digestOf(m *protos.Message) string {
	if p := m.GetPrePrepare().GetProposal(); p != nil {
		return proposalOf(p).Digest()
	}
	return m.GetPrepare().GetDigest() + m.GetCommit().GetDigest()
}

// proposalOf is a proposal in a message.
func proposalOf(p *protos.Proposal) types.Proposal {
	return types.Proposal{Header: p.GetHeader(), Payload: p.GetPayload(), Metadata: p.GetMetadata(), VerificationSequence: int64(p.GetVerificationSequence())}
}

// proposal is the digest of the last pre-prepare of a node for a position, empty when
// there is none.
func (s *stalled) proposal(leader, view, height uint64) string {
	slots := s.last[leader]
	if slots == nil || slots[0].message == nil {
		return ""
	}
	if p, _, _ := positionOf(slots[0].message); p != (position{view, height}) {
		return ""
	}
	if slots[0].digest == "" {
		slots[0].digest = digestOf(slots[0].message)
	}
	return slots[0].digest
}

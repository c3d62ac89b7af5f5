package dissemination

import (
	"bytes"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// CertificateLimits bound what is held unchecked of one peer, and for how long.
type CertificateLimits struct {
	Patience   time.Duration // until a node checks itself what nobody else has
	Batches    int
	Bytes      int // of held batches
	Statements int // about batches that have not come yet, the latest
}

// DefaultCertificateLimits are what a node starts with.
func DefaultCertificateLimits() CertificateLimits {
	return CertificateLimits{Patience: time.Second, Batches: 64, Bytes: 8 << 20, Statements: 64}
}

// perTransaction is about what a decoded transaction takes beside its wire form, in bytes.
const perTransaction = 512

// Held is a batch that waits: for statements, or behind one that does.
type Held struct {
	From         chain.NodeID
	Root         chain.Hash // zero when it waits only behind others
	Transactions []chain.Verified
	Checked      bool // by this node or, see Certify, by enough others

	due        time.Time
	size       int
	signatures map[chain.NodeID][]byte // nil where one did not verify
}

// Certificates holds batches of peers until enough validators state that they have
// checked them. What one peer has sent leaves in the order in which it came: transactions
// of one sender wait for each other anyway. Signatures under statements are the caller's
// to check; those of one peer count once for a batch, and only what the peer itself has
// sent must be given here.
type Certificates struct {
	limits CertificateLimits
	lines  map[chain.NodeID][]*Held // oldest first
	roots  map[chain.Hash]*Held
	early  map[chain.NodeID][]Signed // about batches that are not held, oldest first
}

// NewCertificates returns one that holds nothing.
func NewCertificates(limits CertificateLimits) *Certificates {
	return &Certificates{
		limits: limits, lines: make(map[chain.NodeID][]*Held), roots: make(map[chain.Hash]*Held), early: make(map[chain.NodeID][]Signed),
	}
}

// Waits reports whether something of a peer is held.
func (c *Certificates) Waits(from chain.NodeID) bool { return len(c.lines[from]) > 0 }

// Holds reports whether the batch of a root is held, whoever has sent it.
func (c *Certificates) Holds(root chain.Hash) bool { return c.roots[root] != nil }

// Hold takes a batch; false says that there is no room for it, or that the batch of its
// root is held already. One with a root waits for statements about it, the first of which
// is its sender's.
func (c *Certificates) Hold(h *Held, signature []byte, now time.Time) bool {
	h.size = 0
	for i := range h.Transactions {
		h.size += len(h.Transactions[i].Raw) + perTransaction
	}
	line, taken := c.lines[h.From], h.size
	for _, other := range line {
		taken += other.size
	}
	if len(line) >= c.limits.Batches || taken > c.limits.Bytes || !h.Root.IsZero() && c.Holds(h.Root) {
		return false
	}
	h.due = now.Add(c.limits.Patience)
	c.lines[h.From] = append(line, h)
	if !h.Root.IsZero() {
		c.roots[h.Root], h.signatures = h, map[chain.NodeID][]byte{h.From: signature}
		c.claimEarly(h)
	}
	return true
}

// claimEarly gives a batch the statements that have come before it.
func (c *Certificates) claimEarly(h *Held) {
	for from, list := range c.early {
		for i := range list {
			if list[i].Root == h.Root {
				h.sign(from, list[i].Signature)
				c.early[from] = append(list[:i:i], list[i+1:]...)
				break
			}
		}
	}
}

func (h *Held) sign(from chain.NodeID, signature []byte) {
	if _, again := h.signatures[from]; !again {
		h.signatures[from] = signature
	}
}

// Note takes the statement of a validator. About a batch that is not held it is kept for
// a while: a peer that says much pushes out what it has said itself.
func (c *Certificates) Note(from chain.NodeID, m Signed) {
	if h := c.roots[m.Root]; h != nil {
		h.sign(from, m.Signature)
		return
	}
	list := append(c.early[from], m)
	c.early[from] = list[max(0, len(list)-c.limits.Statements):]
}

// Forget drops what is kept of statements of others than the given validators.
func (c *Certificates) Forget(set *chain.ValidatorSet) {
	for from := range c.early {
		if _, member := set.Member(from); !member {
			delete(c.early, from)
		}
	}
}

// Signatures returns the signatures under statements about a held batch that waits for
// them, nil when there are fewer than enough.
func (c *Certificates) Signatures(root chain.Hash, enough int) (h *Held, signatures map[chain.NodeID][]byte) {
	h = c.roots[root]
	if h == nil || h.Checked {
		return nil, nil
	}
	signatures = make(map[chain.NodeID][]byte, len(h.signatures))
	for from, signature := range h.signatures {
		if signature != nil {
			signatures[from] = signature
		}
	}
	if len(signatures) < enough {
		return nil, nil
	}
	return h, signatures
}

// Refuse notes that the statement of a validator about a batch does not verify; another
// of it is not looked at.
func (c *Certificates) Refuse(h *Held, from chain.NodeID) { h.signatures[from] = nil }

// Certify ends the wait for statements about a batch; false says that it waits no more.
func (c *Certificates) Certify(h *Held) bool {
	if h.Checked || c.roots[h.Root] != h {
		return false
	}
	h.Checked = true
	return true
}

// Hurry ends the patience with what holds a named transaction, and with all before it.
func (c *Certificates) Hurry(names func(id chain.Hash) bool) (hurried bool) {
	for _, line := range c.lines {
		for i := len(line) - 1; i >= 0; i-- {
			if !line[i].names(names) {
				continue
			}
			for _, h := range line[:i+1] {
				h.due, hurried = time.Time{}, true
			}
			break
		}
	}
	return hurried
}

func (h *Held) names(names func(id chain.Hash) bool) bool {
	for i := range h.Transactions {
		if names(h.Transactions[i].ID) {
			return true
		}
	}
	return false
}

// Wake is when Take should be called next; the zero time when there is nothing to wait
// for.
func (c *Certificates) Wake() (at time.Time) {
	for _, line := range c.lines {
		if due := line[0].due; at.IsZero() || due.Before(at) {
			at = due
		}
	}
	return at
}

// Take returns a batch that waits no longer, nil when all do: it is checked, or patience
// with it has ended. Of several peers' it is the one with the least patience left.
func (c *Certificates) Take(now time.Time) (h *Held) {
	for _, line := range c.lines {
		if first := line[0]; (first.Checked || !now.Before(first.due)) && (h == nil || first.before(h)) {
			h = first
		}
	}
	if h == nil {
		return nil
	}
	line := c.lines[h.From]
	line[0] = nil // it is not kept longer than it waits
	if c.lines[h.From] = line[1:]; len(line) == 1 {
		delete(c.lines, h.From)
	}
	if c.roots[h.Root] == h {
		delete(c.roots, h.Root)
	}
	return h
}

// before puts held batches of different peers in an order that a replay repeats.
func (h *Held) before(other *Held) bool {
	if !h.due.Equal(other.due) {
		return h.due.Before(other.due)
	}
	return bytes.Compare(h.From[:], other.From[:]) < 0
}

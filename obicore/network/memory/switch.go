package memory

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// Name is the name of the module and of its channels.
const Name = "memory"

// Buffer is how many bytes of one direction of a stream can be under way.
const Buffer = 256 << 10

// secretSize is the length of a secret; it may hold anything.
const secretSize = 32

// Switch joins the channels that it opens; it implements network.ChannelModule. Its
// methods are safe for concurrent use.
type Switch struct {
	mutex     sync.Mutex
	ports     int
	listeners map[string]*listener
	streams   map[*stream]struct{}
	links     map[link]*condition
	refused   map[chain.Hash]bool
}

var _ network.ChannelModule = (*Switch)(nil)

// link is a pair of identities, with a direction where one matters.
type link struct{ from, to chain.Hash }

// condition is how a direction of a link is at present.
type condition struct {
	cut, stalled bool
	latency      time.Duration
	tamper       func([]byte) []byte
}

// New returns a switch on which all links are whole and without latency.
func New() *Switch {
	return &Switch{
		listeners: make(map[string]*listener), streams: make(map[*stream]struct{}),
		links: make(map[link]*condition), refused: make(map[chain.Hash]bool),
	}
}

// Name implements network.ChannelModule.
func (s *Switch) Name() string { return Name }

// Generate implements network.ChannelModule.
func (s *Switch) Generate() ([]byte, error) {
	secret := make([]byte, secretSize)
	_, err := rand.Read(secret)
	return secret, err
}

// Open implements network.ChannelModule; any 32 bytes are a secret.
func (s *Switch) Open(secret []byte) (network.SecureChannel, error) {
	if len(secret) != secretSize {
		return nil, fmt.Errorf("%w: %d bytes, want %d", network.ErrSecret, len(secret), secretSize)
	}
	return &Channel{network: s, self: sha256.Sum256(secret)}, nil
}

// Cut breaks the streams between two identities and refuses new ones until Heal.
func (s *Switch) Cut(a, b chain.Hash) {
	for _, broken := range s.change(a, b, func(c *condition) { c.cut = true }) {
		broken.fail(errCut)
	}
}

// Stall keeps streams between two identities open but lets no byte arrive, and lets
// dials hang, until Heal.
func (s *Switch) Stall(a, b chain.Hash) {
	s.stall(a, b, true)
}

// Heal ends what Cut and Stall have done; stalled bytes arrive now.
func (s *Switch) Heal(a, b chain.Hash) {
	s.change(a, b, func(c *condition) { c.cut = false })
	s.stall(a, b, false)
}

// Latency delays every byte between two identities, in each direction.
func (s *Switch) Latency(a, b chain.Hash, latency time.Duration) {
	s.change(a, b, func(c *condition) { c.latency = latency })
}

// Tamper passes every write from one identity to another through change, which returns
// what arrives instead; nil ends it. Corrupt and Duplicate are such changes.
func (s *Switch) Tamper(from, to chain.Hash, change func(data []byte) []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.condition(link{from, to}).tamper = change
}

// Refuse makes dials to an identity fail, or no longer.
func (s *Switch) Refuse(to chain.Hash, refuse bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.refused[to] = refuse
}

// Streams counts the streams between two identities whose ends are both open.
func (s *Switch) Streams(a, b chain.Hash) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.between(a, b))
}

// Corrupt flips a bit in the middle of a write.
func Corrupt(data []byte) []byte {
	if len(data) > 0 {
		data[len(data)/2] ^= 0x10
	}
	return data
}

// Duplicate lets a write arrive twice.
func Duplicate(data []byte) []byte { return append(data, data...) }

// change alters both directions of a link and returns the streams on it.
func (s *Switch) change(a, b chain.Hash, alter func(*condition)) []*stream {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	alter(s.condition(link{a, b}))
	if a != b {
		alter(s.condition(link{b, a}))
	}
	return s.between(a, b)
}

func (s *Switch) stall(a, b chain.Hash, stalled bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.condition(link{a, b}).stalled = stalled
	s.condition(link{b, a}).stalled = stalled
	for _, affected := range s.between(a, b) {
		affected.ends[0].in.stall(stalled)
		affected.ends[0].out.stall(stalled)
	}
}

func (s *Switch) between(a, b chain.Hash) (found []*stream) {
	for candidate := range s.streams {
		if candidate.link == (link{a, b}) || candidate.link == (link{b, a}) {
			found = append(found, candidate)
		}
	}
	return found
}

// condition returns the entry of a direction, which it makes if need be.
func (s *Switch) condition(l link) *condition {
	if s.links[l] == nil {
		s.links[l] = &condition{}
	}
	return s.links[l]
}

// now returns how a direction is at present.
func (s *Switch) now(l link) condition {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return *s.condition(l)
}

func (s *Switch) forget(gone *stream) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.streams, gone)
}

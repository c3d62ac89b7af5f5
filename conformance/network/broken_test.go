package network_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// Each of these modules breaks the rule that it is named for.

func TestEveryRuleCanFail(t *testing.T) {
	broken := map[string]conformance.Direction{}
	for _, group := range []map[string]conformance.Direction{
		brokenChannels(), brokenDelivery(), brokenIdentity(), brokenPeers(), brokenPressure(), brokenHostile(), brokenLoss(), brokenLife(), brokenStatus(),
	} {
		maps.Copy(broken, group)
	}
	conformance.Refute(t, sound(), broken)
}

func brokenChannels() map[string]conformance.Direction {
	var opened atomic.Uint32
	return map[string]conformance.Direction{
		"channel-proves-both-ends": overChannels(alteredChannels{part: alteredChannel{remote: func() chain.Hash { return chain.Hash{} }}}),
		// The key is made when the channel is opened.
		"secret-decides-identity": overChannels(alteredChannels{part: alteredChannel{self: func() chain.Hash { return chain.Hash{byte(opened.Add(1))} }}}),
		"bad-secret-refused": overChannels(alteredChannels{open: func(a *alteredChannels, secret []byte) (network.SecureChannel, error) {
			if c, err := a.sound(secret); err == nil {
				return c, nil
			}
			secret, err := a.Generate()
			if err != nil {
				return nil, err
			}
			return a.sound(secret)
		}}),
		"handshake-ends-with-context": overChannels(alteredChannels{part: alteredChannel{handshake: func(c *alteredConn, _ context.Context) error {
			return c.Conn.Handshake(context.Background())
		}}}),
		"accept-ends-with-close": overChannels(alteredChannels{part: alteredChannel{accept: func(l network.Listener) (network.Conn, error) {
			c, err := l.Accept()
			if err != nil {
				return nil, errors.New("no more")
			}
			return c, nil
		}}}),
		"stream-is-whole": overChannels(alteredChannels{part: alteredChannel{write: func(c network.Conn, b []byte) (int, error) {
			b = slices.Clone(b)
			b[len(b)/2] ^= 1
			return c.Write(b)
		}}}),
		"deadlines-hold": overChannels(alteredChannels{part: alteredChannel{deadline: func(time.Time) error { return nil }}}),
	}
}

func brokenDelivery() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Two messages are delivered at a time, the later one first.
		"order-without-gap": direction(func(a *altered) {
			a.receive = func(m *alteredMesh, d delivery) {
				m.mutex.Lock()
				m.kept = append(m.kept, d)
				var pair []delivery
				if len(m.kept) == 2 {
					pair, m.kept = m.kept, nil
				}
				m.mutex.Unlock()
				for _, d := range slices.Backward(pair) {
					m.deliver(d)
				}
			}
		}),
		"at-most-once": direction(func(a *altered) {
			a.receive = func(m *alteredMesh, d delivery) {
				m.deliver(d)
				m.deliver(d)
			}
		}),
		"sender-is-named": direction(func(a *altered) {
			a.receive = func(m *alteredMesh, d delivery) {
				d.from = chain.NodeID{2}
				m.deliver(d)
			}
		}),
		"change-frames-delivery": direction(func(a *altered) {
			a.changed = func(*alteredMesh, chain.NodeID, network.Class, bool) {}
		}),
	}
}

// trueIdentities lists the transports that nodes really have.
func trueIdentities(m *alteredMesh, peers []network.Peer) {
	peers = slices.Clone(peers)
	for i := range peers {
		for _, known := range m.altered.known() {
			if known.ID == peers[i].ID {
				peers[i].Transport = known.Transport
			}
		}
	}
	m.Mesh.SetPeers(peers)
}

func brokenIdentity() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"foreign-chain-refused": direction(func(a *altered) {
			a.options = func(o *network.Options) { o.Identity = chain.Hash{} }
		}),
		// Whoever answers at the address is the peer.
		"foreign-identity-refused": direction(func(a *altered) { a.setPeers = trueIdentities }),
		"borrowed-id-refused":      direction(func(a *altered) { a.setPeers = trueIdentities }),
		// Everybody is welcome.
		"stranger-refused": direction(func(a *altered) {
			a.setPeers = func(*alteredMesh, []network.Peer) {
				for _, m := range a.nodes {
					m.Mesh.SetPeers(a.known())
				}
			}
		}),
	}
}

// union never forgets a peer and what it was listed with first.
func union(m *alteredMesh, peers []network.Peer) {
	m.mutex.Lock()
	for _, p := range peers {
		if _, ok := m.peers[p.ID]; !ok {
			m.peers[p.ID] = p
		}
	}
	all := slices.Collect(maps.Values(m.peers))
	m.mutex.Unlock()
	m.Mesh.SetPeers(all)
}

func brokenPeers() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"removed-peer-is-cut":     direction(func(a *altered) { a.setPeers = union }),
		"changed-identity-is-cut": direction(func(a *altered) { a.setPeers = union }),
		// A new list starts everything anew.
		"kept-peer-stays": direction(func(a *altered) {
			a.setPeers = func(m *alteredMesh, peers []network.Peer) {
				m.Mesh.SetPeers(nil)
				m.Mesh.SetPeers(peers)
			}
		}),
		// Only the first list with peers counts.
		"listed-again-connects": direction(func(a *altered) {
			a.setPeers = func(m *alteredMesh, peers []network.Peer) {
				m.mutex.Lock()
				m.lists++
				if m.lists > 2 {
					peers = nil
				}
				m.mutex.Unlock()
				m.Mesh.SetPeers(peers)
			}
		}),
		// A peer without an address is left out.
		"accepting-alone-connects": direction(func(a *altered) {
			a.setPeers = func(m *alteredMesh, peers []network.Peer) {
				m.Mesh.SetPeers(slices.DeleteFunc(slices.Clone(peers), func(p network.Peer) bool { return p.Address == "" }))
			}
		}),
	}
}

// inTurn delivers one message at a time.
func inTurn() conformance.Direction {
	return direction(func(a *altered) {
		turns := make(map[*alteredMesh]*sync.Mutex)
		a.receive = func(m *alteredMesh, d delivery) {
			a.mutex.Lock()
			if turns[m] == nil {
				turns[m] = new(sync.Mutex)
			}
			turn := turns[m]
			a.mutex.Unlock()
			turn.Lock()
			defer turn.Unlock()
			m.deliver(d)
		}
	})
}

func brokenPressure() map[string]conformance.Direction {
	roomy := direction(func(a *altered) {
		a.options = func(o *network.Options) {
			o.Limits.Window, o.Limits.QueueBytes, o.Limits.QueueCount = 16*o.Limits.Window, 16*o.Limits.QueueBytes, 1<<20
		}
	})
	return map[string]conformance.Direction{
		"slow-class-is-alone": inTurn(),
		"slow-peer-is-alone":  inTurn(),
		"send-never-waits": direction(func(a *altered) {
			a.send = func(m *alteredMesh, to chain.NodeID, class network.Class, message []byte) error {
				for {
					if err := m.Mesh.Send(to, class, message); !errors.Is(err, network.ErrCongested) {
						return err
					}
					time.Sleep(time.Millisecond) // until there is room
				}
			}
		}),
		// What finds no room is dropped without a word, now and then.
		"accepted-is-kept": direction(func(a *altered) {
			a.send = func(m *alteredMesh, to chain.NodeID, class network.Class, message []byte) error {
				m.mutex.Lock()
				defer m.mutex.Unlock()
				if m.sent++; m.sent%50 == 49 {
					return nil
				}
				return m.Mesh.Send(to, class, message)
			}
		}),
		// Congestion of consensus is like that of any class.
		"consensus-congestion-cuts": direction(func(a *altered) {
			a.send = func(m *alteredMesh, to chain.NodeID, class network.Class, message []byte) error {
				m.mutex.Lock()
				defer m.mutex.Unlock()
				if m.sent++; m.sent > 10 {
					return network.ErrCongested
				}
				return m.Mesh.Send(to, class, message)
			}
		}),
		"held-bytes-are-bounded":     roomy,
		"small-messages-are-bounded": roomy,
		"oversize-refused":           direction(func(a *altered) { a.options = func(o *network.Options) { o.Limits.Message++ } }),
		"oversize-not-delivered": direction(func(a *altered) {
			a.options = func(o *network.Options) {
				o.Limits.Message, o.Limits.Window, o.Limits.QueueBytes = 4<<20, 16<<20, 16<<20
			}
		}),
	}
}

func brokenHostile() map[string]conformance.Direction {
	var mutex sync.Mutex
	var log [][]byte // of all that has ever been read
	return map[string]conformance.Direction{
		// A loss ends every connection.
		"garbage-ends-one-connection": direction(func(a *altered) {
			a.setPeers = union
			a.changed = func(m *alteredMesh, peer chain.NodeID, class network.Class, connected bool) {
				m.handlers.Changed(peer, class, connected)
				if !connected {
					m.Mesh.SetPeers(nil)
					union(m, nil)
				}
			}
		}),
		// What has been accepted is left to the garbage collector.
		"garbage-first-is-closed": withChannel(alteredChannel{close: func(c *alteredConn) error {
			if c.accepted {
				return nil
			}
			return c.Conn.Close()
		}}),
		"silent-streams-are-closed": direction(func(a *altered) {
			a.options = func(o *network.Options) { o.Limits.Handshake, o.Limits.Handshakes = time.Hour, 1000 }
		}),
		"reconnecting-holds-no-more": withChannel(alteredChannel{read: func(c network.Conn, b []byte) (int, error) {
			n, err := c.Read(b)
			mutex.Lock()
			defer mutex.Unlock()
			log = append(log, slices.Clone(b[:n]))
			return n, err
		}}),
		// There is room for whatever is announced.
		"claims-cost-nothing": withChannel(alteredChannel{handshake: func(c *alteredConn, ctx context.Context) error {
			room := make([]byte, 32<<20)
			err := c.Conn.Handshake(ctx)
			room[0] = 1
			return err
		}}),
	}
}

func brokenLoss() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Who has been lost is lost.
		"lost-connection-comes-back": direction(func(a *altered) {
			a.changed = func(m *alteredMesh, _ chain.NodeID, _ network.Class, connected bool) {
				if !connected {
					m.Mesh.SetPeers(nil)
				}
			}
		}),
		"pauses-grow": direction(func(a *altered) {
			a.options = func(o *network.Options) { o.Limits.BackoffMax = o.Limits.BackoffMin }
		}),
		"dead-connection-is-found": direction(func(a *altered) {
			a.options = func(o *network.Options) { o.Limits.Silence = time.Hour }
		}),
		// No pings.
		"quiet-connection-stays": patiently(func(a *altered) {
			a.options = func(o *network.Options) {
				o.Limits.Silence = 50 * time.Millisecond
				o.Limits.Ping = 49 * time.Millisecond
			}
		}),
		"restarted-peer-is-let-in": firstStays(),
		// What has lost stays open.
		"one-connection-per-class": withChannel(alteredChannel{close: func(*alteredConn) error { return nil }}),
	}
}

// firstStays lets nobody in while every class seems to be connected.
func firstStays() conformance.Direction {
	return direction(func(a *altered) {
		var live sync.Map // of *atomic.Int32, by channel
		a.options = func(o *network.Options) {
			count := new(atomic.Int32)
			own := &alteredChannel{SecureChannel: o.Channel}
			own.handshake = func(c *alteredConn, ctx context.Context) error {
				if count.Load() >= int32(network.Classes) {
					return errors.New("there is a connection")
				}
				return c.Conn.Handshake(ctx)
			}
			o.Channel = own
			live.Store(network.SecureChannel(own), count)
		}
		a.changed = func(m *alteredMesh, peer chain.NodeID, class network.Class, connected bool) {
			count, _ := live.Load(m.options.Channel)
			if connected {
				count.(*atomic.Int32).Add(1)
			} else {
				count.(*atomic.Int32).Add(-1)
			}
			m.handlers.Changed(peer, class, connected)
		}
	})
}

func brokenLife() map[string]conformance.Direction {
	// Close leaves the work to a goroutine, which takes its time.
	behind := direction(func(a *altered) {
		a.close = func(m *alteredMesh) error {
			go func() {
				time.Sleep(50 * time.Millisecond)
				_ = m.Mesh.Close()
			}()
			return nil
		}
	})
	return map[string]conformance.Direction{
		"address-is-dialled": direction(func(a *altered) {
			a.address = func(m *alteredMesh) string { return m.options.Listen }
		}),
		"not-connected-is-told": direction(func(a *altered) {
			a.send = func(m *alteredMesh, to chain.NodeID, class network.Class, message []byte) error {
				if err := m.Mesh.Send(to, class, message); !errors.Is(err, network.ErrNotConnected) {
					return err
				}
				return nil
			}
		}),
		"changed-may-be-nil": direction(func(a *altered) {
			a.start = func(handlers network.Handlers) error {
				if handlers.Changed == nil {
					return errors.New("no handler for changes")
				}
				return nil
			}
		}),
		// SetPeers waits for handlers under way.
		"handlers-may-call": direction(func(a *altered) {
			var under sync.WaitGroup
			a.receive = func(m *alteredMesh, d delivery) {
				under.Add(1)
				defer under.Done()
				m.deliver(d)
			}
			a.setPeers = func(m *alteredMesh, peers []network.Peer) {
				m.Mesh.SetPeers(peers)
				over := make(chan struct{})
				go func() {
					under.Wait()
					close(over)
				}()
				select {
				case <-over:
				case <-m.closed:
				}
			}
			a.close = func(m *alteredMesh) error {
				close(m.closed)
				return m.Mesh.Close()
			}
		}),
		"close-returns": direction(func(a *altered) {
			a.close = func(m *alteredMesh) error {
				err := m.Mesh.Close()
				<-m.closed // which nobody closes
				return err
			}
		}),
		"close-waits-for-handlers": behind,
		"silent-after-close":       behind,
	}
}

func brokenStatus() map[string]conformance.Direction {
	each := func(alter func(s *network.PeerStatus)) conformance.Direction {
		return direction(func(a *altered) {
			a.status = func(all []network.PeerStatus) []network.PeerStatus {
				for i := range all {
					alter(&all[i])
				}
				return all
			}
		})
	}
	return map[string]conformance.Direction{
		"status-lists-peers": direction(func(a *altered) {
			a.status = func(all []network.PeerStatus) []network.PeerStatus {
				slices.Reverse(all)
				return all
			}
		}),
		"status-counts":          each(func(s *network.PeerStatus) { s.Classes[network.Sync].MessagesSent = 0 }),
		"status-says-why":        each(func(s *network.PeerStatus) { s.Failure = "" }),
		"round-trip-is-measured": each(func(s *network.PeerStatus) { s.RoundTrip = 0 }),
	}
}

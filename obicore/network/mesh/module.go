package mesh

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// Name is the name of the module.
const Name = "mesh"

// Module makes meshes.
type Module struct{}

var _ network.Module = Module{}

// Name implements network.Module.
func (Module) Name() string { return Name }

// New implements network.Module. Fields of Limits that are zero have their default.
func (Module) New(options network.Options) (network.Mesh, error) {
	if options.Channel == nil {
		return nil, errors.New("mesh: no channel is given; open one with a channel module and this node's transport secret")
	}
	if options.Self.IsZero() {
		return nil, errors.New("mesh: the node has no id; give Options.Self")
	}
	fillLimits(&options.Limits)
	if err := checkLimits(&options.Limits); err != nil {
		return nil, err
	}
	if options.Clock == nil {
		options.Clock = systemClock{}
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return newMesh(options), nil
}

// fillLimits puts defaults where nothing is given.
func fillLimits(l *network.Limits) {
	d := network.DefaultLimits()
	orDefault(&l.Message, d.Message)
	orDefault(&l.QueueBytes, d.QueueBytes)
	orDefault(&l.QueueCount, d.QueueCount)
	orDefault(&l.Window, d.Window)
	orDefault(&l.Handshakes, d.Handshakes)
	orDefault(&l.Dial, d.Dial)
	orDefault(&l.Handshake, d.Handshake)
	orDefault(&l.Silence, d.Silence)
	orDefault(&l.Ping, d.Ping)
	orDefault(&l.BackoffMin, d.BackoffMin)
	orDefault(&l.BackoffMax, d.BackoffMax)
	orDefault(&l.WriteWithin, d.WriteWithin)
}

func orDefault[V comparable](value *V, otherwise V) {
	var zero V
	if *value == zero {
		*value = otherwise
	}
}

func checkLimits(l *network.Limits) error {
	switch {
	case l.Message < 0 || l.QueueCount < 0 || l.Handshakes < 0 || l.Ping < 0 || l.Dial < 0 || l.Handshake < 0 || l.WriteWithin < 0 || l.BackoffMin < 0:
		return errors.New("mesh: a limit is negative")
	case l.Window < l.Message+overhead || int64(l.Window) > maxWindow:
		return fmt.Errorf("mesh: Limits.Window is %d; it must hold one message of %d and its overhead of %d, and be at most %d", l.Window, l.Message, overhead, int64(maxWindow))
	case l.QueueBytes < l.Message:
		return fmt.Errorf("mesh: Limits.QueueBytes is %d; it must hold one message of %d", l.QueueBytes, l.Message)
	case l.Silence <= l.Ping:
		return fmt.Errorf("mesh: Limits.Silence is %s; it must be longer than Limits.Ping, %s", l.Silence, l.Ping)
	case l.BackoffMax < l.BackoffMin:
		return fmt.Errorf("mesh: Limits.BackoffMax is %s; it must not be below BackoffMin, %s", l.BackoffMax, l.BackoffMin)
	}
	return nil
}

// draw returns a random number that is not 0.
func draw() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return max(1, binary.BigEndian.Uint64(b[:]))
}

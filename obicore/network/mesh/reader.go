package mesh

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// ear is the reading side of a stream; it notes when bytes arrive.
type ear struct {
	stream io.Reader
	watch  watch
	last   atomic.Int64
}

func (m *mesh) listen(stream io.Reader) *ear {
	e := &ear{stream: stream, watch: m.watch}
	e.last.Store(e.watch.now())
	return e
}

// Read implements io.Reader.
func (e *ear) Read(b []byte) (int, error) {
	n, err := e.stream.Read(b)
	if n > 0 {
		e.last.Store(e.watch.now())
	}
	return n, err
}

// read turns bytes into frames until the connection ends. It never waits for a handler.
func (c *connection) read() {
	for {
		kind, payload, err := c.frames.next()
		if err == nil {
			err = c.take(kind, payload)
		}
		if err != nil {
			c.mesh.end(c, err, answerTo(err))
			return
		}
	}
}

// answerTo returns what the peer hears about the end: that it broke the protocol, or
// nothing.
func answerTo(err error) *farewell {
	if errors.Is(err, errFrame) {
		return &farewell{codeProtocol, err.Error()}
	}
	return nil
}

// take does what a frame asks for.
func (c *connection) take(kind byte, payload []byte) error {
	switch kind {
	case frameMessage:
		return c.in.push(payload)
	case frameCredit:
		return c.out.grant(binary.BigEndian.Uint64(payload))
	case framePing:
		c.out.answer(binary.BigEndian.Uint64(payload))
		return nil
	case framePong:
		return c.ponged(binary.BigEndian.Uint64(payload))
	case frameGoodbye:
		return decodeFarewell(payload)
	}
	return fmt.Errorf("%w: type %d after the handshake", errFrame, kind)
}

// ponged takes the answer to a ping; answers come in order and may leave pings out.
func (c *connection) ponged(number uint64) error {
	sent, at := c.pulse.last()
	if number <= c.received || number > sent {
		return fmt.Errorf("%w: a pong for no ping", errFrame)
	}
	c.received = number
	if number == sent && c.lane.class == network.Consensus {
		c.lane.peer.roundTrip.Store(int64(max(c.mesh.Clock.Now().Sub(at), time.Nanosecond)))
	}
	return nil
}

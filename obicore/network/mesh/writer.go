package mesh

import "bufio"

// writeBuffer gathers small frames into one write of the stream.
const writeBuffer = 64 << 10

// write empties the outbox until the connection ends, and closes the stream.
func (c *connection) write() {
	defer close(c.flushed)
	defer c.stream.Close()
	w := bufio.NewWriterSize(c.stream, writeBuffer)
	_, _ = w.Write(c.opening) // an error stays in w
	var next batch
	for {
		some, closed, last := c.out.take(&next, c.returns)
		switch {
		case closed:
			c.part(w, last)
			return
		case some:
			if err := c.writeBatch(w, &next); err != nil {
				c.mesh.end(c, err, nil)
			}
		default:
			if err := c.flush(w); err != nil {
				c.mesh.end(c, err, nil)
			}
			<-c.out.wake
		}
	}
}

// part writes the last frame, if there is one and the stream still takes it.
func (c *connection) part(w *bufio.Writer, last *farewell) {
	if last != nil {
		_, _ = w.Write(appendFrame(nil, frameGoodbye, last.encode()))
		_ = w.Flush()
	}
}

// writeBatch writes frames.
func (c *connection) writeBatch(w *bufio.Writer, b *batch) error {
	defer clear(b.messages)
	if err := c.frame(w, b.control, nil); err != nil {
		return err
	}
	var header [headerSize]byte
	for _, message := range b.messages {
		if err := c.frame(w, appendHeader(header[:0], frameMessage, len(message)), message); err != nil {
			return err
		}
		c.lane.counts.messagesSent.Add(1)
		c.lane.counts.bytesSent.Add(uint64(len(message)))
	}
	return nil
}

// frame writes one frame under the eyes of the pulse.
func (c *connection) frame(w *bufio.Writer, header, payload []byte) error {
	c.writing.Store(c.mesh.watch.now())
	defer c.writing.Store(0)
	if _, err := w.Write(header); err != nil {
		return err
	}
	_, err := w.Write(payload)
	return err
}

func (c *connection) flush(w *bufio.Writer) error {
	if w.Buffered() == 0 {
		return w.Flush()
	}
	c.writing.Store(c.mesh.watch.now())
	defer c.writing.Store(0)
	return w.Flush()
}

package mesh

// deliver calls the handlers for one connection, after those of its predecessor. A
// connection that ends before its turn comes and goes unseen: whoever reconnects while a
// handler is slow must not leave messages and goroutines behind.
func (c *connection) deliver() {
	defer c.mesh.finished(c)
	if c.after != nil {
		select {
		case <-c.after:
		case <-c.gone:
		}
	}
	if !c.mesh.begin(c) {
		return
	}
	peer, class, handlers := c.lane.peer.ID, c.lane.class, &c.mesh.handlers
	handlers.Changed(peer, class, true)
	defer handlers.Changed(peer, class, false)
	for {
		message, ok := c.in.next()
		if !ok {
			return
		}
		c.lane.counts.messagesReceived.Add(1)
		c.lane.counts.bytesReceived.Add(uint64(len(message)))
		handlers.Receive(peer, class, message)
		cost := costOf(message)
		c.in.handled(cost)
		c.out.owe(cost, c.returns)
	}
}

// begin reports whether a connection has lived until its turn.
func (m *mesh) begin(c *connection) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	c.begun = !c.ended
	return c.begun
}

// step takes an ended connection that never had its turn out of the order; the mutex is
// held. Its successor waits for whoever it would have waited for.
func (m *mesh) step(c *connection) {
	if key := c.lane.tail(); !c.begun && m.tails[key] == c.delivered {
		m.tails[key] = c.after
	}
}

// finished lets the successor deliver.
func (m *mesh) finished(c *connection) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	close(c.delivered)
	if key := c.lane.tail(); m.tails[key] == c.delivered || m.tails[key] == nil {
		delete(m.tails, key)
	}
}

package mesh

// deliver calls the handlers for one connection, after those of its predecessor.
func (c *connection) deliver() {
	defer c.mesh.finished(c)
	if c.after != nil {
		<-c.after
	}
	peer, class, handlers := c.lane.peer.ID, c.lane.class, &c.mesh.handlers
	if c.mesh.over(c) {
		return // it has come and gone unseen
	}
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

func (m *mesh) over(c *connection) bool {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	return c.ended
}

// finished lets the successor deliver.
func (m *mesh) finished(c *connection) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	close(c.delivered)
	if key := (tail{c.lane.peer.ID, c.lane.class}); m.tails[key] == c.delivered {
		delete(m.tails, key)
	}
}

package jsonrpc

import (
	"net"
	"net/http"
	"sync"
)

// unused holds the connections that no byte of a request has come on. A browser
// or a pool opens such ahead of need; http.Server.Shutdown would wait seconds for
// the request that may come.
type unused struct {
	mutex       sync.Mutex
	connections map[net.Conn]struct{}
	closed      bool
}

// note is an http.Server's ConnState.
func (u *unused) note(connection net.Conn, state http.ConnState) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.connections, connection)
	case u.closed:
		_ = connection.Close() // nothing was promised on it
	default:
		if u.connections == nil {
			u.connections = make(map[net.Conn]struct{})
		}
		u.connections[connection] = struct{}{}
	}
}

// close closes them, and those that still come.
func (u *unused) close() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.closed = true
	for connection := range u.connections {
		_ = connection.Close()
	}
	clear(u.connections)
}

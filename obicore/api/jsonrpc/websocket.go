package jsonrpc

import (
	"bufio"
	"net"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && hasToken(r.Header.Get("Upgrade"), "websocket") && hasToken(r.Header.Get("Connection"), "upgrade")
}

func hasToken(header, token string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

// hijacker remembers the connection below a WebSocket.
type hijacker struct {
	http.ResponseWriter
	raw net.Conn
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	raw, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.raw = raw
	return raw, buffered, err
}

// serveWebSocket serves one connection until it ends. Host and origin were checked.
func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	defer s.webSockets.Add(-1)
	if s.webSockets.Add(1) > int64(s.limits.MaxWebSockets) {
		refuse(w, http.StatusServiceUnavailable, Errorf(LimitExceeded, "too many WebSocket connections (limit %d)", s.limits.MaxWebSockets))
		return
	}
	hijacked := &hijacker{ResponseWriter: w}
	socket, err := websocket.Accept(hijacked, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the origin was checked against our list
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		s.logger.Debug("WebSocket handshake refused", "remote", r.RemoteAddr, "cause", err)
		return
	}
	socket.SetReadLimit(-1) // the connection reads with its own limit, and says so when it is passed
	newConnection(s, socket, hijacked.raw).serve()
}

package jsonrpc

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	allowedMethods = "POST, OPTIONS"
	hint           = "This is a JSON-RPC 2.0 endpoint: send calls by POST with Content-Type: application/json, or open a WebSocket.\n"

	compressFrom = 1 << 10 // bytes of a response from which it is compressed when the client asks
	maxPooled    = 1 << 20 // bytes of a response buffer that is kept for the next
)

// ServeHTTP answers one HTTP request or serves one WebSocket connection. HTTP statuses: 200 and a JSON-RPC response also
// for JSON-RPC errors, 204 where no response is due; a message that is not read at all gets a JSON-RPC error with 400,
// 403 (host, origin), 405, 408, 413, 415 or 503.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		refuse(w, http.StatusServiceUnavailable, errStopping)
		return
	}
	defer s.running.Done()
	switch {
	case !s.hosts.hasHost(r.Host):
		refuse(w, http.StatusForbidden, errHost)
	case !s.allowsOrigin(w.Header(), r):
		refuse(w, http.StatusForbidden, Errorf(InvalidRequest, "origin not allowed"))
	case r.Method == http.MethodOptions:
		preflight(w, r)
	case isUpgrade(r):
		s.serveWebSocket(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", allowedMethods)
		http.Error(w, hint, http.StatusMethodNotAllowed)
	default:
		s.serveMessage(w, r)
	}
}

func (s *Server) serveMessage(w http.ResponseWriter, r *http.Request) {
	controller := http.NewResponseController(w)
	body, taken, status, refusal := s.readBody(controller, r)
	defer func() { s.memory.give(taken) }()
	if refusal != nil {
		refuse(w, status, refusal)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.base, cancel)()

	buffer := buffers.Get().(*[]byte)
	e := exchange{server: s, out: (*buffer)[:0]}
	e.answer(ctx, body)
	s.write(w, controller, r, e.out)
	s.memory.give(e.taken)
	if cap(e.out) <= maxPooled {
		*buffer = e.out[:0]
		buffers.Put(buffer)
	}
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// readBody reads the body inside its time and size. Deadlines are set here, and not left to an http.Server, so that they
// hold behind every one; where the ResponseWriter knows none there is no connection to guard.
func (s *Server) readBody(controller *http.ResponseController, r *http.Request) (body []byte, taken int64, status int, refusal *Error) {
	if !acceptsType(r.Header.Get("Content-Type")) {
		return nil, 0, http.StatusUnsupportedMediaType, Errorf(InvalidRequest, "invalid content type, only application/json is supported")
	}
	if r.ContentLength > s.limits.MaxBodyBytes {
		return nil, 0, http.StatusRequestEntityTooLarge, s.tooLong()
	}
	_ = controller.SetReadDeadline(time.Now().Add(s.limits.BodyTimeout))
	defer context.AfterFunc(s.base, func() { _ = controller.SetReadDeadline(time.Now()) })()
	var err error
	switch strings.ToLower(r.Header.Get("Content-Encoding")) {
	case "", "identity":
		body, taken, err = readAll(r.Body, r.ContentLength, s.limits.MaxBodyBytes, &s.memory)
	case "gzip":
		body, taken, err = s.decompress(r.Body)
	default:
		return nil, 0, http.StatusUnsupportedMediaType, Errorf(InvalidRequest, "invalid content encoding, only gzip is supported")
	}
	// Or the server's own watch over the connection would take the deadline for the client's leaving.
	_ = controller.SetReadDeadline(time.Time{})
	if err == nil {
		return body, taken, 0, nil
	}
	status, refusal = s.explain(err)
	return nil, taken, status, refusal
}

func (s *Server) explain(err error) (status int, refusal *Error) {
	switch {
	case errors.Is(err, errTooLong):
		return http.StatusRequestEntityTooLarge, s.tooLong()
	case errors.Is(err, errNoMemory):
		return http.StatusServiceUnavailable, ErrBusy
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, Errorf(InvalidRequest, "request body took too long")
	default:
		return http.StatusBadRequest, Errorf(ParseError, "parse error: cannot read request body")
	}
}

func (s *Server) tooLong() *Error {
	return Errorf(InvalidRequest, "content length too large (limit %d bytes)", s.limits.MaxBodyBytes)
}

// decompress reads a gzip body; both its forms are bounded by MaxBodyBytes.
func (s *Server) decompress(body io.Reader) (data []byte, taken int64, err error) {
	compressed := &io.LimitedReader{R: body, N: s.limits.MaxBodyBytes + 1}
	reader, err := gzip.NewReader(compressed)
	if err != nil {
		return nil, 0, err
	}
	data, taken, err = readAll(reader, -1, s.limits.MaxBodyBytes, &s.memory)
	if compressed.N <= 0 {
		err = errTooLong
	}
	return data, taken, err
}

// acceptsType is as lenient as go-ethereum: no type at all is taken for JSON.
func acceptsType(header string) bool {
	if header == "" || header == "application/json" {
		return true
	}
	name, parameters, err := mime.ParseMediaType(header)
	if err != nil {
		return false
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	switch name {
	case "application/json", "application/json-rpc", "application/jsonrequest":
		return true
	default:
		return false
	}
}

// refuse answers a message that was not read, and ends the connection, since the rest of it may still come.
func refuse(w http.ResponseWriter, status int, refusal *Error) {
	body := appendError(nil, nil, refusal)
	header := w.Header()
	header.Set("Connection", "close")
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON, and the header says so: no browser reads markup in it
}

// write sends a response inside WriteTimeout. Failures are the client's loss and are not reported: there is nobody to
// report them to, and the http.Server ends the connection.
func (s *Server) write(w http.ResponseWriter, controller *http.ResponseController, r *http.Request, body []byte) {
	// net/http takes the deadline away behind each request.
	_ = controller.SetWriteDeadline(time.Now().Add(s.limits.WriteTimeout))
	header := w.Header()
	if len(body) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	header.Set("Content-Type", "application/json")
	header.Add("Vary", "Accept-Encoding")
	if len(body) > compressFrom && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		header.Set("Content-Encoding", "gzip")
		compress(w, body)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

var compressors = sync.Pool{New: func() any {
	writer, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return writer
}}

func compress(w io.Writer, body []byte) {
	compressor := compressors.Get().(*gzip.Writer)
	compressor.Reset(w)
	_, _ = compressor.Write(body)
	_ = compressor.Close()
	compressor.Reset(io.Discard)
	compressors.Put(compressor)
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110 §12.5.3) as far as gzip goes.
func acceptsGzip(header string) bool {
	for option := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(option, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			quality := strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			return strings.Trim(quality, "0.") != "" || quality == ""
		}
	}
	return false
}

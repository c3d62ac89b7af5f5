package jsonrpc

import (
	"context"
	"errors"
	"runtime/debug"
	"time"
)

// exchange is the answering of one message.
type exchange struct {
	server     *Server
	connection *connection     // nil over HTTP
	out        []byte          // the response; empty for none
	taken      int64           // bytes of out that were taken from the server's memory budget
	full       *Error          // why the rest of a batch is not executed
	created    []*subscription // by calls of this message; silent until the response is on its way
}

// answer executes a message and leaves the response in e.out. The caller gives e.taken back to the budget once out is
// written.
func (e *exchange) answer(ctx context.Context, body []byte) {
	m, err := decode(body, &e.server.limits)
	if err != nil {
		e.refuse(ctx, m, err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, e.server.limits.CallTimeout)
	defer cancel()
	if e.full = e.server.gate.enter(ctx); e.full == nil {
		defer e.server.gate.leave()
	}
	if m.batch {
		e.batch(ctx, m)
	} else {
		e.respond(ctx, m.requests[0])
	}
}

// refuse answers a message as a whole. A batch that is too large is answered by an array with the id of its first call,
// as go-ethereum does, because clients look for an id that they wait for.
func (e *exchange) refuse(ctx context.Context, m message, err error) {
	if !errors.Is(err, errBatchTooLarge) {
		e.out = appendError(e.out, nil, flatten(ctx, err))
		return
	}
	var id []byte
	for _, r := range m.requests {
		if r.id != nil {
			id = r.id
			break
		}
	}
	e.out = append(appendError(append(e.out, '['), id, errBatchTooLarge), ']')
}

func (e *exchange) batch(ctx context.Context, m message) {
	e.out = append(e.out, '[')
	for _, r := range m.requests {
		if e.full == nil && ctx.Err() != nil {
			e.full = interruption(ctx)
		}
		start := len(e.out)
		if start > 1 {
			e.out = append(e.out, ',')
		}
		before := len(e.out)
		if e.respond(ctx, r); len(e.out) == before {
			e.out = e.out[:start]
		}
	}
	if len(e.out) == 1 { // notifications only
		e.out = e.out[:0]
		return
	}
	e.out = append(e.out, ']')
}

// respond executes one call and appends its response, if it gets one.
func (e *exchange) respond(ctx context.Context, r *request) {
	start, subscribed := len(e.out), len(e.created)
	method := e.server.methods[string(r.method)]
	began := time.Now()
	err := e.execute(ctx, method, r)
	if err == nil {
		err = e.fits(start)
	}
	code := 0
	if err != nil {
		answer := flatten(ctx, err)
		e.out, code = appendError(e.out[:start], r.id, answer), answer.Code
		if subscribed < len(e.created) {
			e.connection.discard(e.created[subscribed:])
			e.created = e.created[:subscribed]
		}
	}
	if r.notification() {
		e.out = e.out[:start]
	}
	if observe := e.server.observe; observe != nil {
		o := Observation{WebSocket: e.connection != nil, Duration: time.Since(began), Code: code}
		if method != nil {
			o.Method = method.name
		}
		observe(ctx, o)
	}
}

// fits refuses a response that is too large; it starts at start of e.out.
func (e *exchange) fits(start int) error {
	limits := &e.server.limits
	if len(e.out)-start > limits.MaxResultBytes {
		return errResponseTooLarge
	}
	if start > 0 && len(e.out) > limits.MaxResponseBytes {
		e.full = errResponseTooLarge
		return e.full
	}
	if more := int64(cap(e.out)) - e.taken; more > 0 {
		if !e.server.memory.take(more) {
			e.full = ErrBusy
			return e.full
		}
		e.taken += more
	}
	return nil
}

// execute runs one call and appends the response with its result. A panic ends here, be it of the handler, of a result's
// MarshalJSON or of an error's methods.
func (e *exchange) execute(ctx context.Context, m *method, r *request) (err error) {
	switch {
	case r.fault != nil:
		return r.fault
	case e.full != nil:
		return e.full
	case m == nil:
		return Errorf(MethodNotFound, "the method %s does not exist/is not available", r.method)
	}
	defer func() {
		if cause := recover(); cause != nil {
			e.server.logger.Error("method handler crashed", "method", m.name, "cause", cause, "stack", string(debug.Stack()))
			err = errCrashed
		}
	}()
	result, err := e.invoke(ctx, m, r)
	if err != nil {
		return flatten(ctx, err)
	}
	e.out = append(appendHead(e.out, r.id), `,"result":`...)
	if e.out, err = appendValue(e.out, result); err != nil {
		return &Error{Code: InternalError, Message: err.Error()}
	}
	e.out = append(e.out, '}')
	return nil
}

func (e *exchange) invoke(ctx context.Context, m *method, r *request) (any, error) {
	switch {
	case m.handler != nil:
		return m.handler(ctx, r.params)
	case e.connection == nil:
		return nil, errNotifications
	case m.unsubscribe:
		return e.connection.unsubscribe(namespace(m.name), r.params)
	case r.notification():
		return nil, errInvalidRequest // nobody would learn the id
	default:
		s, err := e.connection.subscribe(m, r.params)
		if err != nil {
			return nil, err
		}
		e.created = append(e.created, s)
		return s.id, nil
	}
}

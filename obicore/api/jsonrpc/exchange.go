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
		e.respond(ctx, m.requests[0], nil)
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
	for rest := m.requests; len(rest) > 0; {
		if e.full == nil && ctx.Err() != nil {
			e.full = interruption(ctx)
		}
		group, outcomes := e.neighbours(ctx, rest)
		for i, r := range group {
			var given *Outcome
			if outcomes != nil {
				given = &outcomes[i]
			}
			e.element(ctx, r, given)
		}
		rest = rest[len(group):]
	}
	if len(e.out) == 1 { // notifications only
		e.out = e.out[:0]
		return
	}
	e.out = append(e.out, ']')
}

// element appends a response to those of a batch.
func (e *exchange) element(ctx context.Context, r *request, given *Outcome) {
	start := len(e.out)
	if start > 1 {
		e.out = append(e.out, ',')
	}
	before := len(e.out)
	if e.respond(ctx, r, given); len(e.out) == before {
		e.out = e.out[:start]
	}
}

// neighbours returns the calls at the beginning of a list that are answered together,
// with their outcomes; the first one alone when there are none.
func (e *exchange) neighbours(ctx context.Context, list []*request) (group []*request, outcomes []Outcome) {
	n, method := 0, e.server.methods[string(list[0].method)]
	for n < len(list) && list[n].fault == nil && string(list[n].method) == string(list[0].method) {
		n++
	}
	if n < 2 || e.full != nil || method == nil || method.together == nil {
		return list[:1], nil
	}
	params := make([]Params, n)
	for i := range params {
		params[i] = list[i].params
	}
	began := time.Now()
	outcomes = e.together(ctx, method, params)
	for i := range outcomes {
		outcomes[i].took = time.Since(began) / time.Duration(n)
	}
	return list[:n], outcomes
}

// together calls a handler of many. A panic ends here.
func (e *exchange) together(ctx context.Context, m *method, params []Params) (outcomes []Outcome) {
	defer func() {
		if cause := recover(); cause != nil {
			e.server.logger.Error("method handler crashed", "method", m.name, "cause", cause, "stack", string(debug.Stack()))
			outcomes = make([]Outcome, len(params))
			for i := range outcomes {
				outcomes[i].Err = errCrashed
			}
		}
	}()
	return m.together(ctx, params)
}

// respond appends the response of a call, if it gets one: with the outcome that is given,
// or after executing it.
func (e *exchange) respond(ctx context.Context, r *request, given *Outcome) {
	start, subscribed := len(e.out), len(e.created)
	method := e.server.methods[string(r.method)]
	began := time.Now()
	err := e.execute(ctx, method, r, given)
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
		if given != nil {
			o.Duration += given.took
		}
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
func (e *exchange) execute(ctx context.Context, m *method, r *request, given *Outcome) (err error) {
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
	if given == nil {
		given = &Outcome{}
		given.Result, given.Err = e.invoke(ctx, m, r)
	}
	if given.Err != nil {
		return flatten(ctx, given.Err)
	}
	e.out = append(appendHead(e.out, r.id), `,"result":`...)
	if e.out, err = appendValue(e.out, given.Result); err != nil {
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

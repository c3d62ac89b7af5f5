package jsonrpc

import (
	"encoding/json"
	"sync"
)

// MaxIDBytes bounds the id of a request in bytes, as every response repeats it.
const MaxIDBytes = 1024

// request is one call as it was sent.
type request struct {
	id     []byte // JSON; nil for a notification
	method []byte
	params Params
	fault  *Error // why it cannot be called

	version   bool
	arguments [4]json.RawMessage // room for the usual number
}

// message is what a client sends at once.
type message struct {
	requests []*request
	batch    bool
}

var scanners = sync.Pool{New: func() any { return new(scanner) }}

// maxPooledNames bounds what an idle scanner keeps.
const maxPooledNames = 1024

// decode reads a message. It fails for what is refused as a whole: bad JSON, an empty batch, a batch that is too large.
func decode(body []byte, limits *Limits) (message, error) {
	s := scanners.Get().(*scanner)
	*s = scanner{data: body, maxDepth: limits.MaxDepth, names: s.names[:0]}
	m, err := s.message(limits.MaxBatchItems)
	names := s.names
	if cap(names) > maxPooledNames {
		names = nil
	}
	*s = scanner{names: names[:0]}
	scanners.Put(s)
	return m, err
}

func (s *scanner) message(maxItems int) (m message, err error) {
	if err := s.utf8(); err != nil {
		return m, err
	}
	if s.space() != '[' {
		r, err := s.request()
		if err != nil {
			return m, err
		}
		m.requests = []*request{r}
		return m, s.end()
	}
	m.batch = true
	err = s.array(func() error {
		if len(m.requests) == maxItems {
			return errBatchTooLarge // and the rest is not even looked at
		}
		r, err := s.request()
		m.requests = append(m.requests, r)
		return err
	})
	if err != nil {
		return m, err
	}
	if err := s.end(); err != nil {
		return m, err
	}
	if len(m.requests) == 0 {
		return m, errEmptyBatch
	}
	return m, nil
}

// request reads one value that should be a request object; what is JSON but no request gets a fault.
func (s *scanner) request() (*request, error) {
	r := new(request)
	if s.space() != '{' {
		r.fault = errInvalidRequest
		return r, s.value()
	}
	err := s.object(func(name []byte) error {
		switch string(name) {
		case "jsonrpc":
			version, err := s.raw()
			r.version = string(version) == `"2.0"`
			return err
		case "id":
			return s.id(r)
		case "method":
			return s.method(r)
		case "params":
			return s.params(r)
		default:
			return s.value()
		}
	})
	if err == nil && r.fault == nil && (!r.version || r.method == nil) {
		r.fault = errInvalidRequest
	}
	return r, err
}

func (s *scanner) id(r *request) error {
	raw, err := s.raw()
	if err != nil {
		return err
	}
	switch {
	case len(raw) > MaxIDBytes:
		r.fault = Errorf(InvalidRequest, "invalid request: id longer than %d bytes", MaxIDBytes)
	case raw[0] == '{' || raw[0] == '[' || raw[0] == 't' || raw[0] == 'f':
		r.fault = Errorf(InvalidRequest, "invalid request: id is no string, number or null")
	default:
		r.id = raw
	}
	return nil
}

func (s *scanner) method(r *request) error {
	if s.space() != '"' {
		r.refuse(Errorf(InvalidRequest, "invalid request: method is no string"))
		return s.value()
	}
	quoted, escaped, err := s.text()
	if err != nil {
		return err
	}
	r.method = unescape(quoted, escaped)
	if len(r.method) > MaxMethodName {
		r.refuse(Errorf(InvalidRequest, "invalid request: method name longer than %d bytes", MaxMethodName))
	}
	return nil
}

func (s *scanner) params(r *request) error {
	switch s.space() {
	case '[':
	case 'n': // null, as absent
		return s.value()
	case '{':
		r.refuse(Errorf(InvalidParams, "non-array args"))
		return s.value()
	default:
		r.refuse(errInvalidRequest)
		return s.value()
	}
	items := r.arguments[:0]
	err := s.array(func() error {
		raw, err := s.raw()
		if len(items) < MaxArguments {
			items = append(items, raw)
		} else {
			r.refuse(Errorf(InvalidParams, "too many arguments, want at most %d", MaxArguments))
		}
		return err
	})
	r.params.items = items
	return err
}

// refuse keeps the first fault, but what makes an object no request at all comes before bad parameters.
func (r *request) refuse(fault *Error) {
	if r.fault == nil || r.fault.Code == InvalidParams && fault.Code == InvalidRequest {
		r.fault = fault
	}
}

// notification reports that no response is wanted. An invalid request is answered even without an id.
func (r *request) notification() bool {
	return r.id == nil && (r.fault == nil || r.fault.Code == InvalidParams && r.version && r.method != nil)
}

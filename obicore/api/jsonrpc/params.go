package jsonrpc

import (
	"encoding/json"
	"errors"
)

// MaxArguments bounds the positional parameters of one call.
const MaxArguments = 64

// Params are the positional parameters of a call. They were checked to be JSON and are decoded one by one, when and into
// what the handler says. They point into the message: decode what is needed
// during the call and do not keep them.
type Params struct {
	items []json.RawMessage
	first int // position of items[0] in what the client sent: error texts count from there
}

// NewParams returns parameters from their JSON forms, for callers that invoke a Handler themselves.
func NewParams(items ...json.RawMessage) Params { return Params{items: items} }

// Len returns the number of parameters.
func (p Params) Len() int { return len(p.items) }

// Raw returns the JSON of parameter i, nil when it is absent. It must not be changed.
func (p Params) Raw(i int) json.RawMessage {
	if i < 0 || i >= len(p.items) {
		return nil
	}
	return p.items[i]
}

// Expect refuses fewer than least and more than most parameters with InvalidParams.
func (p Params) Expect(least, most int) error {
	if len(p.items) > most {
		return Errorf(InvalidParams, "too many arguments, want at most %d", p.first+most)
	}
	if len(p.items) < least {
		return p.missing(len(p.items))
	}
	return nil
}

// Decode decodes parameter i into dst, a pointer. A parameter that is absent or null is refused when it is required and
// leaves dst unchanged otherwise. Errors have the code InvalidParams (or the code of an *Error that an UnmarshalJSON
// returned) and name the argument.
func (p Params) Decode(i int, required bool, dst any) error {
	raw := p.Raw(i)
	if raw == nil || string(raw) == "null" {
		if required {
			return p.missing(i)
		}
		return nil
	}
	err := decodeJSON(raw, dst)
	if err == nil {
		return nil
	}
	answer := Errorf(InvalidParams, "invalid argument %d: %s", p.first+i, mismatch(err))
	var coded *Error
	if errors.As(err, &coded) {
		answer.Code, answer.Data = coded.Code, coded.Data
	}
	return answer
}

// decodeJSON decodes JSON that was found good: package json would look through all of it
// before it gives it to a type that decodes itself.
func decodeJSON(raw json.RawMessage, dst any) error {
	if itself, ok := dst.(json.Unmarshaler); ok {
		return itself.UnmarshalJSON(raw)
	}
	return json.Unmarshal(raw, dst)
}

func (p Params) missing(i int) error {
	return Errorf(InvalidParams, "missing value for required argument %d", p.first+i)
}

// behind returns the parameters without the first n.
func (p Params) behind(n int) Params {
	n = min(n, len(p.items))
	return Params{items: p.items[n:], first: p.first + n}
}

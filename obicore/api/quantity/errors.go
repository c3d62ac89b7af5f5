package quantity

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// The reasons for which text is refused. errors.Is finds them in errors of UnmarshalText; UnmarshalJSON carries the
// same text in a *json.UnmarshalTypeError.
var (
	ErrEmpty         = errors.New("empty hex string")
	ErrSyntax        = errors.New("invalid hex string")
	ErrMissingPrefix = errors.New("hex string without 0x prefix")
	ErrOddLength     = errors.New("hex string of odd length")
	ErrEmptyNumber   = errors.New(`hex string "0x"`)
	ErrLeadingZero   = errors.New("hex number with leading zero digits")
	ErrUint64Range   = errors.New("hex number > 64 bits")
	ErrWordRange     = errors.New("hex number > 256 bits")
)

// ErrLength reports data of a fixed size that has another size; the text names both.
var ErrLength = errors.New("hex string has the wrong length")

type lengthError struct {
	have, want int // hexadecimal digits
	name       string
}

func (e *lengthError) Error() string {
	return fmt.Sprintf("hex string has length %d, want %d for %s", e.have, e.want, e.name)
}

func (e *lengthError) Is(target error) bool { return target == ErrLength }

// unquote returns the text between the quotes of a JSON string. Escapes stay: no valid value contains one, so they fail
// as digits.
func unquote(input []byte, kind reflect.Type) ([]byte, error) {
	if len(input) < 2 || input[0] != '"' || input[len(input)-1] != '"' {
		return nil, &json.UnmarshalTypeError{Value: "non-string", Type: kind}
	}
	return input[1 : len(input)-1], nil
}

func typed(err error, kind reflect.Type) error {
	if err == nil {
		return nil
	}
	return &json.UnmarshalTypeError{Value: err.Error(), Type: kind}
}

// namedType is a type under the name that it has in go-ethereum's errors, which
// clients match on.
type namedType struct {
	reflect.Type
	name string
}

// String implements reflect.Type.
func (t namedType) String() string { return t.name }

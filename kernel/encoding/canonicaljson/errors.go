package canonicaljson

import (
	"errors"
	"fmt"
)

// The reasons for which a text is refused. Errors of this package wrap one of them, in a *SyntaxError where the reason
// has a place in the text.
var (
	// ErrSyntax says that the text is not JSON (RFC 8259).
	ErrSyntax = errors.New("not valid JSON")
	// ErrDuplicateName says that an object has two members of the same name.
	ErrDuplicateName = errors.New("member name is repeated in its object")
	// ErrUnicode says that a string is invalid UTF-8 or holds a surrogate without its other half.
	ErrUnicode = errors.New("string is not valid Unicode")
	// ErrNumber says that a double cannot hold the number: it is beyond the range, or an integer literal would change
	// its digits. Larger integers belong into strings.
	ErrNumber = errors.New("number has no exact form as a double; write large integers as strings")
	// ErrTrailing says that something other than white space follows the value.
	ErrTrailing = errors.New("text continues after the value")
	// ErrTooDeep says that arrays and objects are nested more than MaxDepth deep.
	ErrTooDeep = errors.New("nested too deep")
	// ErrTooLarge says that the text or its canonical form has more than MaxSize bytes.
	ErrTooLarge = errors.New("text is too large")
	// ErrUnfit says that a value cannot be stored in the Go type without loss: null where the type has no null, or an
	// array of another length than the Go array.
	ErrUnfit = errors.New("value does not fit")
)

// SyntaxError says why a text is refused and where. It unwraps to the reason.
type SyntaxError struct {
	// Line and Column count from 1; columns count bytes.
	Line, Column int
	// Reason is one of the errors of this package.
	Reason error
}

// Error gives place and reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %v", e.Line, e.Column, e.Reason)
}

// Unwrap returns the reason.
func (e *SyntaxError) Unwrap() error {
	return e.Reason
}

// UnknownFieldError says that a text has a member that the Go type does not know.
type UnknownFieldError struct {
	// Path leads to the object, as "chain.validators[2]"; it is empty for the outermost object.
	Path string
	// Field is the unknown name.
	Field string
	// Suggestion is the nearest known name, or empty when none is near.
	Suggestion string
}

// Error names the field, its place and the suggestion.
func (e *UnknownFieldError) Error() string {
	message := fmt.Sprintf("unknown field %q", shorten(e.Field))
	if e.Path != "" {
		message += " in " + e.Path
	}
	if e.Suggestion != "" {
		message += fmt.Sprintf("; did you mean %q?", e.Suggestion)
	}
	return message
}

// shorten keeps messages small whatever the input is.
func shorten(name string) string {
	const limit = 64
	if len(name) <= limit {
		return name
	}
	return name[:limit] + "…"
}

package canonicaljson

import "bytes"

// Limits of every text that this package reads.
const (
	// MaxSize is the largest text, and the largest canonical form, in bytes.
	MaxSize = 16 << 20
	// MaxDepth is how deep arrays and objects may be nested; a text [[]] has depth 2.
	MaxDepth = 64
	// MaxNumberLength is the longest number literal, in bytes.
	MaxNumberLength = 1024
)

// Canonical returns the canonical form (RFC 8785) of the JSON text in input, in a new slice. It fails with one of the
// errors of this package.
func Canonical(input []byte) ([]byte, error) {
	if len(input) > MaxSize {
		return nil, ErrTooLarge
	}
	w := writer{input: input, output: make([]byte, 0, len(input))}
	if err := w.text(); err != nil {
		return nil, err
	}
	if len(w.output) > MaxSize {
		return nil, ErrTooLarge
	}
	return w.output, nil
}

// IsCanonical says whether b is a JSON text in canonical form.
func IsCanonical(b []byte) bool {
	canonical, err := Canonical(b)
	return err == nil && bytes.Equal(canonical, b)
}

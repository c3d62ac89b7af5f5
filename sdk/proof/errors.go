package proof

import (
	"errors"
	"fmt"
)

// Errors of this package; what is wrapped in them names the place.
var (
	// ErrFormat says that a text is no document.
	ErrFormat = errors.New("proof: not a proof document")
	// ErrProof says that a document does not prove what it claims.
	ErrProof = errors.New("proof: it does not hold")
	// ErrTrust says that a document rests on something else than what is trusted.
	ErrTrust = errors.New("proof: it does not rest on what is trusted")
	// ErrUnknown says that the options have no module that the document names.
	ErrUnknown = errors.New("proof: it cannot be checked here")
)

// at says where in a document something does not hold.
func at(place string, err error) error { return fmt.Errorf("%w: %s: %w", ErrProof, place, err) }

// fault is at for a reason in words.
func fault(place, format string, arguments ...any) error {
	return at(place, fmt.Errorf(format, arguments...))
}

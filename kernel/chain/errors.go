package chain

import "errors"

// Sentinel errors of decoding and of structural checks. They are wrapped with
// the place and the reason.
var (
	ErrMalformed = errors.New("chain: malformed encoding")
	ErrTooLarge  = errors.New("chain: value exceeds its limit")
	ErrNotChild  = errors.New("chain: header does not follow its parent")
	ErrGenesis   = errors.New("chain: genesis is not valid")
)

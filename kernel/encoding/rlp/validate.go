package rlp

// maxValidateDepth bounds the recursion of Validate whatever its caller allows; no format nests that deep.
const maxValidateDepth = 1024

// Validate checks that b is exactly one item, canonical at every level, with lists nested at most maxDepth deep: a
// string has depth 0, the empty list depth 1. More than 1,024 levels are refused whatever maxDepth is. Errors:
// ErrTruncated, ErrNotCanonical, ErrTrailing, and ErrTooLarge for lists that are nested deeper.
func Validate(b []byte, maxDepth int) error {
	r := NewReader(b)
	if err := validateItem(r, min(maxDepth, maxValidateDepth)); err != nil {
		return err
	}
	return r.End()
}

func validateItem(r *Reader, depth int) error {
	kind, err := r.Next()
	if err != nil {
		return err
	}
	if kind == String {
		_, err := r.Bytes()
		return err
	}
	if depth <= 0 {
		return at(r.offset, ErrTooLarge)
	}
	items, err := r.List()
	if err != nil {
		return err
	}
	for items.More() {
		if err := validateItem(items, depth-1); err != nil {
			return err
		}
	}
	return nil
}

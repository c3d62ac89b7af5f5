package rlp

// Reader walks over a sequence of items. Its zero value reads an empty sequence. It is not safe for concurrent use.
type Reader struct {
	rest   []byte
	offset int // of rest in the outermost input, for errors
}

// NewReader returns a Reader over the items in b. Slices that it hands out alias b.
func NewReader(b []byte) *Reader {
	return &Reader{rest: b}
}

// More says whether any byte is left.
func (r *Reader) More() bool {
	return len(r.rest) > 0
}

// End returns ErrTrailing when a byte is left.
func (r *Reader) End() error {
	if r.More() {
		return at(r.offset, ErrTrailing)
	}
	return nil
}

// Next returns the kind of the next item without consuming it. Errors: ErrTruncated, ErrNotCanonical.
func (r *Reader) Next() (Kind, error) {
	h, err := parseHeader(r.rest)
	if err != nil {
		return 0, at(r.offset, err)
	}
	return h.kind, nil
}

// Bytes consumes a string and returns its content, which aliases the input. Errors: ErrTruncated, ErrNotCanonical,
// ErrWrongKind.
func (r *Reader) Bytes() ([]byte, error) {
	h, err := r.header(String)
	if err != nil {
		return nil, err
	}
	return r.take(h), nil
}

// Fixed consumes a string of exactly len(dst) bytes and copies it to dst. Errors: those of Bytes, and ErrWrongLength.
func (r *Reader) Fixed(dst []byte) error {
	h, err := r.header(String)
	if err != nil {
		return err
	}
	if h.end-h.start != len(dst) {
		return at(r.offset, ErrWrongLength)
	}
	copy(dst, r.take(h))
	return nil
}

// Uint64 consumes an integer. Errors: those of Bytes, ErrLeadingZeros, and ErrTooLarge beyond 64 bits.
func (r *Reader) Uint64() (uint64, error) {
	content, err := r.integer(8)
	if err != nil {
		return 0, err
	}
	return bigEndian(content), nil
}

// Word consumes an integer and returns it as 32 big-endian bytes. Errors: those of Bytes, ErrLeadingZeros, and
// ErrTooLarge beyond 256 bits.
func (r *Reader) Word() ([32]byte, error) {
	var word [32]byte
	content, err := r.integer(len(word))
	if err != nil {
		return word, err
	}
	copy(word[len(word)-len(content):], content)
	return word, nil
}

// List consumes a list and returns a Reader over its items. The items are not checked yet; call End on that Reader
// when all expected ones are read. Errors: ErrTruncated, ErrNotCanonical, ErrWrongKind.
func (r *Reader) List() (*Reader, error) {
	items, err := r.Items()
	if err != nil {
		return nil, err
	}
	return &items, nil
}

// Items is List for who keeps the Reader in something of its own.
func (r *Reader) Items() (Reader, error) {
	h, err := r.header(List)
	if err != nil {
		return Reader{}, err
	}
	offset := r.offset + h.start
	return Reader{rest: r.take(h), offset: offset}, nil
}

// Raw consumes the next item and returns it with its header, aliasing the input. Items inside a list are not checked.
// Errors: ErrTruncated, ErrNotCanonical.
func (r *Reader) Raw() ([]byte, error) {
	h, err := parseHeader(r.rest)
	if err != nil {
		return nil, at(r.offset, err)
	}
	h.start = 0
	return r.take(h), nil
}

// header reads the header of the next item, which must be of the given kind.
func (r *Reader) header(kind Kind) (header, error) {
	h, err := parseHeader(r.rest)
	if err != nil {
		return header{}, at(r.offset, err)
	}
	if h.kind != kind {
		return header{}, at(r.offset, ErrWrongKind)
	}
	return h, nil
}

// integer consumes a string that is an integer of at most maxSize bytes.
func (r *Reader) integer(maxSize int) ([]byte, error) {
	h, err := r.header(String)
	if err != nil {
		return nil, err
	}
	content := r.rest[h.start:h.end]
	if len(content) > 0 && content[0] == 0 {
		return nil, at(r.offset, ErrLeadingZeros)
	}
	if len(content) > maxSize {
		return nil, at(r.offset, ErrTooLarge)
	}
	return r.take(h), nil
}

// take steps over the item and returns its content. The capacity is cut, so that a caller who appends to the slice
// cannot write over the rest of the input.
func (r *Reader) take(h header) []byte {
	content := r.rest[h.start:h.end:h.end]
	r.rest = r.rest[h.end:]
	r.offset += h.end
	return content
}

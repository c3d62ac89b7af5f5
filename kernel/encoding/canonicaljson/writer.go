package canonicaljson

import (
	"bytes"
)

// writer reads a text once from left to right and writes its canonical form. It builds no tree: an object's members
// are written in the order of the text and put into order when the object ends.
type writer struct {
	input  []byte
	next   int // position in input
	output []byte
	depth  int
}

// fail reports a reason at a position of the input.
func (w *writer) fail(position int, reason error) error {
	position = min(position, len(w.input))
	before := w.input[:position]
	return &SyntaxError{
		Line:   1 + bytes.Count(before, []byte{'\n'}),
		Column: position - bytes.LastIndexByte(before, '\n'),
		Reason: reason,
	}
}

// text writes one value with nothing but white space around it.
func (w *writer) text() error {
	if err := w.value(); err != nil {
		return err
	}
	w.skipSpace()
	if w.next < len(w.input) {
		return w.fail(w.next, ErrTrailing)
	}
	return nil
}

func (w *writer) value() error {
	w.skipSpace()
	switch c := w.peek(); c {
	case '{':
		return w.nested((*writer).object)
	case '[':
		return w.nested((*writer).array)
	case '"':
		return w.string()
	case 't':
		return w.literal("true")
	case 'f':
		return w.literal("false")
	case 'n':
		return w.literal("null")
	}
	return w.number()
}

func (w *writer) nested(write func(*writer) error) error {
	if w.depth == MaxDepth {
		return w.fail(w.next, ErrTooDeep)
	}
	w.depth++
	err := write(w)
	w.depth--
	return err
}

func (w *writer) literal(name string) error {
	if !bytes.HasPrefix(w.input[w.next:], []byte(name)) {
		return w.fail(w.next, ErrSyntax)
	}
	w.next += len(name)
	w.output = append(w.output, name...)
	return nil
}

func (w *writer) array() error {
	w.copyByte()
	w.skipSpace()
	if w.peek() == ']' {
		w.copyByte()
		return nil
	}
	for {
		if err := w.value(); err != nil {
			return err
		}
		more, err := w.separator(']')
		if err != nil || !more {
			return err
		}
	}
}

// separator copies the comma or the closing byte that must come next and says whether it was the comma.
func (w *writer) separator(closing byte) (more bool, err error) {
	w.skipSpace()
	switch w.peek() {
	case ',':
		w.copyByte()
		return true, nil
	case closing:
		w.copyByte()
		return false, nil
	}
	return false, w.fail(w.next, ErrSyntax)
}

// peek returns the next byte, or 0 at the end; a 0 in the input is a syntax error wherever peek decides.
func (w *writer) peek() byte {
	if w.next < len(w.input) {
		return w.input[w.next]
	}
	return 0
}

func (w *writer) copyByte() {
	w.output = append(w.output, w.input[w.next])
	w.next++
}

func (w *writer) skipSpace() {
	for w.next < len(w.input) {
		switch w.input[w.next] {
		case ' ', '\t', '\n', '\r':
			w.next++
		default:
			return
		}
	}
}

package canonicaljson

import (
	"math"
	"strconv"
)

// number writes the number that begins at the next byte.
func (w *writer) number() error {
	start := w.next
	isInteger, ok := w.scanNumber()
	if !ok {
		return w.fail(w.next, ErrSyntax)
	}
	literal := w.input[start:w.next]
	if len(literal) > MaxNumberLength {
		return w.fail(start, ErrNumber)
	}
	value, err := strconv.ParseFloat(string(literal), 64)
	if err != nil { // the grammar is checked, so it is out of range
		return w.fail(start, ErrNumber)
	}
	written := len(w.output)
	w.output = appendNumber(w.output, value)
	if isInteger && value != 0 && string(w.output[written:]) != string(literal) {
		// The double has other digits than the integer that was written: an amount would silently change.
		return w.fail(start, ErrNumber)
	}
	return nil
}

// scanNumber steps over a number literal (RFC 8259 §6) and says whether it has neither fraction nor exponent.
func (w *writer) scanNumber() (isInteger, ok bool) {
	if w.peek() == '-' {
		w.next++
	}
	if w.peek() == '0' {
		w.next++
	} else if !w.digits() {
		return false, false
	}
	isInteger = true
	if w.peek() == '.' {
		isInteger = false
		w.next++
		if !w.digits() {
			return false, false
		}
	}
	if c := w.peek(); c == 'e' || c == 'E' {
		isInteger = false
		w.next++
		if c := w.peek(); c == '+' || c == '-' {
			w.next++
		}
		if !w.digits() {
			return false, false
		}
	}
	return isInteger, true
}

// digits steps over decimal digits and says whether there was one.
func (w *writer) digits() bool {
	start := w.next
	for c := w.peek(); c >= '0' && c <= '9'; c = w.peek() {
		w.next++
	}
	return w.next > start
}

// appendNumber writes a finite double as ECMAScript does (ECMA-262 Number::toString): the fewest digits that give the
// same double, with an exponent below 1e-6 and from 1e21 on, and zero without a sign.
func appendNumber(dst []byte, value float64) []byte {
	if value == 0 {
		return append(dst, '0')
	}
	magnitude := math.Abs(value)
	if magnitude >= 1e-6 && magnitude < 1e21 {
		return strconv.AppendFloat(dst, value, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, value, 'e', -1, 64)
	// Go writes at least two digits of the exponent: 1e-07 becomes 1e-7.
	if last := len(dst) - 1; dst[last-1] == '0' && (dst[last-2] == '-' || dst[last-2] == '+') {
		dst[last-1] = dst[last]
		dst = dst[:last]
	}
	return dst
}

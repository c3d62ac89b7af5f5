package canonicaljson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// string writes the string that begins at the next byte, a quote.
func (w *writer) string() error {
	_, _, err := w.scanString()
	return err
}

// stringValue writes the string that begins at the next byte, a quote, and returns its value.
func (w *writer) stringValue() (string, error) {
	start := len(w.output)
	escaped, value, err := w.scanString()
	if err != nil {
		return "", err
	}
	if escaped {
		return string(value), nil
	}
	return string(w.output[start+1 : len(w.output)-1]), nil
}

// scanString writes a string. When the string in the input holds an escape, it also returns the value; else the
// written form between the quotes is the value.
func (w *writer) scanString() (escaped bool, value []byte, err error) {
	opening := w.next
	w.copyByte()
	for w.next < len(w.input) {
		c := w.input[w.next]
		switch {
		case c == '"':
			w.copyByte()
			return escaped, value, nil
		case c < ' ':
			return false, nil, w.fail(w.next, ErrSyntax)
		case c == '\\':
			if !escaped {
				escaped = true
				value = append(value, w.input[opening+1:w.next]...)
			}
			r, err := w.escape()
			if err != nil {
				return false, nil, err
			}
			w.output = appendCharacter(w.output, r)
			value = utf8.AppendRune(value, r)
		case c < utf8.RuneSelf:
			if escaped {
				value = append(value, c)
			}
			w.copyByte()
		default:
			r, size := utf8.DecodeRune(w.input[w.next:])
			if r == utf8.RuneError && size == 1 {
				return false, nil, w.fail(w.next, ErrUnicode)
			}
			if escaped {
				value = utf8.AppendRune(value, r)
			}
			w.output = utf8.AppendRune(w.output, r)
			w.next += size
		}
	}
	return false, nil, w.fail(opening, ErrSyntax)
}

// escape reads the escape sequence at the next byte, a backslash, and returns its character.
func (w *writer) escape() (rune, error) {
	position := w.next
	w.next++
	c := w.peek()
	w.next++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return w.unicodeEscape(position)
	}
	return 0, w.fail(position, ErrSyntax)
}

// unicodeEscape reads the digits of \uXXXX, and the second half where the first is a surrogate.
func (w *writer) unicodeEscape(position int) (rune, error) {
	first, ok := w.hexUnit()
	if !ok {
		return 0, w.fail(position, ErrSyntax)
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if w.peek() != '\\' || w.next+1 >= len(w.input) || w.input[w.next+1] != 'u' {
		return 0, w.fail(position, ErrUnicode)
	}
	w.next += 2
	second, ok := w.hexUnit()
	if !ok {
		return 0, w.fail(position, ErrSyntax)
	}
	r := utf16.DecodeRune(first, second)
	if r == utf8.RuneError {
		return 0, w.fail(position, ErrUnicode)
	}
	return r, nil
}

// hexUnit reads four hexadecimal digits.
func (w *writer) hexUnit() (rune, bool) {
	if len(w.input)-w.next < 4 {
		return 0, false
	}
	var unit rune
	for _, c := range w.input[w.next : w.next+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		unit = unit<<4 | rune(c)
	}
	w.next += 4
	return unit, true
}

// appendCharacter writes one character with the escapes of RFC 8785 §3.2.2.2.
func appendCharacter(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\t':
		return append(dst, `\t`...)
	case '\n':
		return append(dst, `\n`...)
	case '\f':
		return append(dst, `\f`...)
	case '\r':
		return append(dst, `\r`...)
	}
	if r < ' ' {
		const digits = "0123456789abcdef"
		return append(dst, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
	}
	return utf8.AppendRune(dst, r)
}

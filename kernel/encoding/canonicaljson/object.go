package canonicaljson

import (
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// member is a member of an object that is being written.
type member struct {
	name       string // without escapes
	start, end int    // of `"name":value` in the output
	position   int    // of the name in the input, for errors
}

func (w *writer) object() error {
	w.copyByte()
	w.skipSpace()
	if w.peek() == '}' {
		w.copyByte()
		return nil
	}
	start := len(w.output)
	var members []member
	for {
		next, err := w.member()
		if err != nil {
			return err
		}
		members = append(members, next)
		more, err := w.separator('}')
		if err != nil {
			return err
		}
		if !more {
			return w.order(start, members)
		}
	}
}

func (w *writer) member() (member, error) {
	w.skipSpace()
	m := member{start: len(w.output), position: w.next}
	if w.peek() != '"' {
		return m, w.fail(w.next, ErrSyntax)
	}
	name, err := w.stringValue()
	if err != nil {
		return m, err
	}
	m.name = name
	w.skipSpace()
	if w.peek() != ':' {
		return m, w.fail(w.next, ErrSyntax)
	}
	w.copyByte()
	err = w.value()
	m.end = len(w.output)
	return m, err
}

// order puts the members of the object that begins at start into the order of RFC 8785 §3.2.3 and refuses two of the
// same name. The object has been written up to its closing brace.
func (w *writer) order(start int, members []member) error {
	inOrder := slices.IsSortedFunc(members, compareMembers)
	if !inOrder {
		slices.SortStableFunc(members, compareMembers)
	}
	for i := 1; i < len(members); i++ {
		if members[i].name == members[i-1].name {
			return w.fail(members[i].position, ErrDuplicateName)
		}
	}
	if inOrder {
		return nil
	}
	unordered := slices.Clone(w.output[start:])
	w.output = w.output[:start]
	for i, m := range members {
		if i > 0 {
			w.output = append(w.output, ',')
		}
		w.output = append(w.output, unordered[m.start-start:m.end-start]...)
	}
	w.output = append(w.output, '}')
	return nil
}

func compareMembers(a, b member) int {
	return compareNames(a.name, b.name)
}

// compareNames compares valid UTF-8 strings by their UTF-16 code units. That differs from comparing bytes only where a
// character beyond U+FFFF, whose first unit is a surrogate, meets one from U+E000 to U+FFFF.
func compareNames(a, b string) int {
	for a != "" && b != "" {
		x, xSize := utf8.DecodeRuneInString(a)
		y, ySize := utf8.DecodeRuneInString(b)
		if x != y {
			if first := int(firstUnit(x)) - int(firstUnit(y)); first != 0 {
				return first
			}
			return int(x) - int(y)
		}
		a, b = a[xSize:], b[ySize:]
	}
	return len(a) - len(b)
}

func firstUnit(r rune) rune {
	if r <= 0xffff {
		return r
	}
	high, _ := utf16.EncodeRune(r)
	return high
}

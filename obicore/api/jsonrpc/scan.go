package jsonrpc

import (
	"fmt"
	"unicode/utf8"
)

// Limits of the JSON that no client needs to exceed.
const (
	maxNumber  = 1024    // bytes of a number: longer ones cost a handler more than linear time
	maxMembers = 1 << 16 // members of one object: bounds the memory for finding repeated names
)

// scanner reads one JSON text (RFC 8259) in one pass without building values. Beyond syntax it refuses invalid UTF-8,
// nesting deeper than a limit and objects that have a member twice, at every level: two readers of such an object would
// see two different requests.
type scanner struct {
	data     []byte
	position int
	depth    int
	maxDepth int
	names    []memberName // of the objects that are open, innermost last
}

func (s *scanner) fail(reason string) error {
	return &Error{Code: ParseError, Message: fmt.Sprintf("parse error: %s at byte %d", reason, s.position)}
}

// space skips white space and returns the next byte, 0 at the end.
func (s *scanner) space() byte {
	for s.position < len(s.data) {
		switch c := s.data[s.position]; c {
		case ' ', '\t', '\n', '\r':
			s.position++
		default:
			return c
		}
	}
	return 0
}

// end refuses anything but white space.
func (s *scanner) end() error {
	if s.space(); s.position < len(s.data) {
		return s.fail("data after the value")
	}
	return nil
}

func (s *scanner) utf8() error {
	if !utf8.Valid(s.data) {
		return &Error{Code: ParseError, Message: "parse error: invalid UTF-8"}
	}
	return nil
}

// value skips one value of any kind.
func (s *scanner) value() error {
	switch c := s.space(); {
	case c == '{':
		return s.object(nil)
	case c == '[':
		return s.array(nil)
	case c == '"':
		_, _, err := s.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case s.position == len(s.data):
		return s.fail("unexpected end")
	default:
		return s.fail("no value")
	}
}

// raw skips one value and returns its bytes.
func (s *scanner) raw() ([]byte, error) {
	s.space()
	start := s.position
	err := s.value()
	return s.data[start:s.position:s.position], err
}

func (s *scanner) enter() error {
	if s.depth++; s.depth > s.maxDepth {
		return s.fail("nested too deeply")
	}
	s.position++
	return nil
}

// array reads an array; element, if not nil, must read one value each time.
func (s *scanner) array(element func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if element == nil {
		element = s.value
	}
	if s.space() == ']' {
		s.position++
		s.depth--
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch s.space() {
		case ',':
			s.position++
		case ']':
			s.position++
			s.depth--
			return nil
		default:
			return s.fail("no comma or end of array")
		}
	}
}

// object reads an object; member, if not nil, must read one value each time. The name is unescaped.
func (s *scanner) object(member func(name []byte) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	base := len(s.names)
	if s.space() == '}' {
		s.position++
		s.depth--
		return nil
	}
	for {
		if err := s.member(base, member); err != nil {
			return err
		}
		switch s.space() {
		case ',':
			s.position++
		case '}':
			s.position++
			s.depth--
			return s.closeNames(base)
		default:
			return s.fail("no comma or end of object")
		}
	}
}

func (s *scanner) member(base int, member func(name []byte) error) error {
	if s.space() != '"' {
		return s.fail("no member name")
	}
	quoted, escaped, err := s.text()
	if err != nil {
		return err
	}
	if len(s.names)-base == maxMembers {
		return s.fail("too many members")
	}
	name := unescape(quoted, escaped)
	s.addName(name, quoted, escaped)
	if s.space() != ':' {
		return s.fail("no colon")
	}
	s.position++
	if member == nil {
		return s.value()
	}
	return member(name)
}

// text reads a string and returns it with its quotes.
func (s *scanner) text() (quoted []byte, escaped bool, err error) {
	start := s.position
	s.position++
	for s.position < len(s.data) {
		switch c := s.data[s.position]; {
		case c == '"':
			s.position++
			return s.data[start:s.position:s.position], escaped, nil
		case c < ' ':
			return nil, false, s.fail("control character in string")
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		default:
			s.position++
		}
	}
	return nil, false, s.fail("unexpected end of string")
}

func (s *scanner) escape() error {
	rest := s.data[s.position+1:]
	if len(rest) == 0 {
		return s.fail("unexpected end of string")
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.position += 2
		return nil
	case 'u':
		if len(rest) < 5 || !isHexadecimal(rest[1:5]) {
			return s.fail("bad escape")
		}
		s.position += 6
		return nil
	default:
		return s.fail("bad escape")
	}
}

func isHexadecimal(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

func (s *scanner) number() error {
	start := s.position
	if s.at('-') {
		s.position++
	}
	if s.at('0') {
		s.position++
	} else if s.digits() == 0 {
		return s.fail("bad number")
	}
	if s.at('.') {
		s.position++
		if s.digits() == 0 {
			return s.fail("bad number")
		}
	}
	if s.at('e') || s.at('E') {
		s.position++
		if s.at('+') || s.at('-') {
			s.position++
		}
		if s.digits() == 0 {
			return s.fail("bad number")
		}
	}
	if s.position-start > maxNumber {
		return s.fail("number too long")
	}
	return nil
}

func (s *scanner) at(c byte) bool { return s.position < len(s.data) && s.data[s.position] == c }

func (s *scanner) digits() (count int) {
	for s.position < len(s.data) && s.data[s.position] >= '0' && s.data[s.position] <= '9' {
		s.position++
		count++
	}
	return count
}

func (s *scanner) word(word string) error {
	end := s.position + len(word)
	if end > len(s.data) || string(s.data[s.position:end]) != word {
		return s.fail("no value")
	}
	s.position = end
	return nil
}

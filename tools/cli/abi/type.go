package abi

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Limits of types and values.
const (
	MaxSignature = 4096    // bytes of a signature
	MaxDepth     = 16      // nesting of arrays and tuples
	MaxElements  = 10_000  // values of one call or answer, in all
	MaxData      = 1 << 24 // bytes of encoded data
)

// ErrType reports a type or signature that cannot be read.
var ErrType = errors.New("abi: not a type or signature that is known here")

// Kind is the shape of a type.
type Kind uint8

// The kinds.
const (
	Uint Kind = iota
	Int
	Address
	Bool
	FixedBytes
	Bytes
	String
	Array
	Tuple
)

// Type is one type of the ABI.
type Type struct {
	Kind   Kind
	Size   int    // bits of Uint and Int, bytes of FixedBytes, elements of Array or -1 when it has any number
	Of     []Type // element of Array, members of Tuple
	format string
}

// String returns the canonical spelling, as it stands in selectors.
func (t Type) String() string { return t.format }

// dynamic reports whether the encoding stands behind an offset.
func (t Type) dynamic() bool {
	switch t.Kind {
	case Bytes, String:
		return true
	case Array:
		return t.Size < 0 || t.Size > 0 && t.Of[0].dynamic()
	case Tuple:
		for _, member := range t.Of {
			if member.dynamic() {
				return true
			}
		}
	}
	return false
}

// head returns the bytes that a value takes in the head of its tuple. The product
// of nested arrays is bounded when the type is parsed.
func (t Type) head() int {
	if t.dynamic() {
		return word
	}
	return word * t.words()
}

// words returns the words of a static value.
func (t Type) words() int {
	switch t.Kind {
	case Array:
		return t.Size * t.Of[0].words()
	case Tuple:
		total := 0
		for _, member := range t.Of {
			total += member.words()
		}
		return total
	}
	return 1
}

// ParseType reads one type, such as uint256, bytes32[2] or (address,string)[].
func ParseType(text string) (Type, error) {
	if len(text) > MaxSignature {
		return Type{}, fmt.Errorf("%w: longer than %d bytes", ErrType, MaxSignature)
	}
	return parseType(strings.TrimSpace(text), 0)
}

func parseType(text string, depth int) (Type, error) {
	if depth > MaxDepth {
		return Type{}, fmt.Errorf("%w: nested deeper than %d", ErrType, MaxDepth)
	}
	if before, found := strings.CutSuffix(text, "]"); found {
		open := strings.LastIndexByte(before, '[')
		if open < 0 {
			return Type{}, fmt.Errorf("%w: %q", ErrType, text)
		}
		return parseArray(before[:open], before[open+1:], depth)
	}
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		return parseTuple(text[1:len(text)-1], depth)
	}
	return parseElementary(text)
}

func parseArray(element, size string, depth int) (Type, error) {
	of, err := parseType(element, depth+1)
	if err != nil {
		return Type{}, err
	}
	t := Type{Kind: Array, Size: -1, Of: []Type{of}, format: of.format + "[]"}
	if size == "" {
		return t, nil
	}
	if t.Size, err = strconv.Atoi(size); err != nil || t.Size < 1 || t.Size > MaxElements || size[0] < '1' || size[0] > '9' {
		return Type{}, fmt.Errorf("%w: array of %q elements; use 1 to %d", ErrType, size, MaxElements)
	}
	t.format = of.format + "[" + size + "]"
	if t.Size > MaxElements/max(1, of.staticWords()) {
		return Type{}, fmt.Errorf("%w: %s has more than %d values", ErrType, t.format, MaxElements)
	}
	return t, nil
}

// staticWords is words for types of any kind: what stands behind an offset counts
// as one.
func (t Type) staticWords() int {
	switch {
	case t.Kind == Array && t.Size >= 0:
		return t.Size * t.Of[0].staticWords()
	case t.Kind == Tuple:
		total := 0
		for _, member := range t.Of {
			total += member.staticWords()
		}
		return total
	}
	return 1
}

func parseTuple(inside string, depth int) (Type, error) {
	members, err := parseList(inside, depth+1)
	if err != nil {
		return Type{}, err
	}
	return tupleOf(members)
}

func tupleOf(members []Type) (Type, error) {
	t := Type{Kind: Tuple, Of: members, format: spell(members)}
	if t.staticWords() > MaxElements {
		return Type{}, fmt.Errorf("%w: a tuple has more than %d values", ErrType, MaxElements)
	}
	return t, nil
}

func spell(members []Type) string {
	names := make([]string, len(members))
	for i, member := range members {
		names[i] = member.format
	}
	return "(" + strings.Join(names, ",") + ")"
}

func parseList(text string, depth int) ([]Type, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	parts, err := split(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrType, err)
	}
	types := make([]Type, len(parts))
	for i, part := range parts {
		if types[i], err = parseType(strings.TrimSpace(part), depth); err != nil {
			return nil, err
		}
	}
	return types, nil
}

func parseElementary(text string) (Type, error) {
	switch text {
	case "address":
		return Type{Kind: Address, format: text}, nil
	case "bool":
		return Type{Kind: Bool, format: text}, nil
	case "string":
		return Type{Kind: String, format: text}, nil
	case "bytes":
		return Type{Kind: Bytes, format: text}, nil
	case "uint", "int":
		text += "256" // the alias that the ABI spells out
	}
	for _, family := range []struct {
		prefix    string
		kind      Kind
		step, top int
	}{{"uint", Uint, 8, 256}, {"int", Int, 8, 256}, {"bytes", FixedBytes, 1, 32}} {
		digits, found := strings.CutPrefix(text, family.prefix)
		size, err := strconv.Atoi(digits)
		if found && err == nil && size > 0 && size <= family.top && size%family.step == 0 && digits == strconv.Itoa(size) {
			return Type{Kind: family.kind, Size: size, format: text}, nil
		}
	}
	return Type{}, fmt.Errorf("%w: %q", ErrType, text)
}

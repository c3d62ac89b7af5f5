package ethereum

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// atomicType is a type whose values have no fields: the atomic and the dynamic types of EIP-712.
type atomicType struct {
	kind atomicKind
	size int // bits of an integer, bytes of a fixed byte string
}

type atomicKind uint8

const (
	kindBool atomicKind = iota + 1
	kindAddress
	kindString
	kindBytes
	kindFixedBytes
	kindUnsigned
	kindSigned
)

// parseAtomic recognises the name of an atomic or dynamic type.
func parseAtomic(name string) (atomicType, bool) {
	switch name {
	case "bool":
		return atomicType{kind: kindBool}, true
	case "address":
		return atomicType{kind: kindAddress}, true
	case "string":
		return atomicType{kind: kindString}, true
	case "bytes":
		return atomicType{kind: kindBytes}, true
	case "uint":
		return atomicType{kind: kindUnsigned, size: 256}, true
	case "int":
		return atomicType{kind: kindSigned, size: 256}, true
	}
	if size, ok := sizeAfter(name, "bytes"); ok && size <= 32 {
		return atomicType{kind: kindFixedBytes, size: size}, true
	}
	if size, ok := sizeAfter(name, "uint"); ok && size <= 256 && size%8 == 0 {
		return atomicType{kind: kindUnsigned, size: size}, true
	}
	if size, ok := sizeAfter(name, "int"); ok && size <= 256 && size%8 == 0 {
		return atomicType{kind: kindSigned, size: size}, true
	}
	return atomicType{}, false
}

// sizeAfter reads the number behind a prefix: positive, without sign and leading zeros.
func sizeAfter(name, prefix string) (int, bool) {
	digits, found := strings.CutPrefix(name, prefix)
	if !found || digits == "" || digits[0] < '1' || digits[0] > '9' {
		return 0, false
	}
	size, err := strconv.Atoi(digits)
	return size, err == nil
}

// splitArray takes the last pair of brackets off a type: "T[][3]" gives "T[]" and 3; length is -1 for "[]".
func splitArray(name string) (element string, length int, isArray bool) {
	open := strings.LastIndexByte(name, '[')
	if open <= 0 || !strings.HasSuffix(name, "]") {
		return "", 0, false
	}
	digits := name[open+1 : len(name)-1]
	if digits == "" {
		return name[:open], -1, true
	}
	length, ok := sizeAfter(digits, "")
	return name[:open], length, ok
}

// baseType takes all brackets off a type.
func baseType(name string) string {
	for {
		element, _, isArray := splitArray(name)
		if !isArray {
			return name
		}
		name = element
	}
}

// checkTypes checks that all types are within the limits, well named and defined.
func (d *TypedData) checkTypes() error {
	if len(d.Types) > MaxTypedDataTypes {
		return fmt.Errorf("%w: %d types, at most %d", ErrTypedData, len(d.Types), MaxTypedDataTypes)
	}
	if _, found := d.Types[d.PrimaryType]; !found {
		return fmt.Errorf("%w: primary type %.64q is not defined", ErrTypedData, d.PrimaryType)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Types)) {
		if _, atomic := parseAtomic(name); atomic || !isTypeName(name) {
			return fmt.Errorf("%w: %.64q is no name of a struct type", ErrTypedData, name)
		}
		if err := d.checkFields(name); err != nil {
			return err
		}
	}
	return nil
}

func (d *TypedData) checkFields(name string) error {
	fields := d.Types[name]
	if len(fields) > MaxTypedDataFields {
		return fmt.Errorf("%w: type %.64q has %d fields, at most %d", ErrTypedData, name, len(fields), MaxTypedDataFields)
	}
	seen := make(map[string]bool, len(fields))
	for _, field := range fields {
		if seen[field.Name] || !isTypeName(field.Name) {
			return fmt.Errorf("%w: type %.64q: %.64q is repeated or no name of a field", ErrTypedData, name, field.Name)
		}
		seen[field.Name] = true
		base := baseType(field.Type)
		_, defined := d.Types[base]
		if _, atomic := parseAtomic(base); len(field.Type) > MaxTypedDataName || (!atomic && !defined) {
			return fmt.Errorf("%w: field %.64q of type %.64q: type %.64q is not defined", ErrTypedData, field.Name, name, field.Type)
		}
	}
	return nil
}

// isTypeName keeps out the characters that give a type string its structure, so that two sets of types never have the
// same string. Wallets take any other character, and colons are in use.
func isTypeName(name string) bool {
	return name != "" && len(name) <= MaxTypedDataName && !strings.ContainsAny(name, "()[], \t\r\n")
}

func (d *TypedData) encodeType(name string) string {
	reached := map[string]bool{name: true}
	pending := []string{name}
	for len(pending) > 0 {
		next := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		for _, field := range d.Types[next] {
			base := baseType(field.Type)
			if _, isStruct := d.Types[base]; isStruct && !reached[base] {
				reached[base] = true
				pending = append(pending, base)
			}
		}
	}
	delete(reached, name)
	var text strings.Builder
	d.writeType(&text, name)
	for _, other := range slices.Sorted(maps.Keys(reached)) {
		d.writeType(&text, other)
	}
	return text.String()
}

func (d *TypedData) writeType(text *strings.Builder, name string) {
	text.WriteString(name)
	text.WriteByte('(')
	for i, field := range d.Types[name] {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(field.Type + " " + field.Name)
	}
	text.WriteByte(')')
}

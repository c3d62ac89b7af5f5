package canonicaljson

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/encoding/nearest"
)

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// checkShape compares a canonical text with the type that v points to, and reports what json.Unmarshal would drop
// without a word. What json.Unmarshal itself refuses is left to it.
func checkShape(text []byte, v any) error {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer {
		return nil
	}
	return checkValue(text, t.Elem(), "")
}

// checkValue checks the value text against t. Each level of nesting parses its part of the text once more, at most
// MaxDepth times.
func checkValue(text []byte, t reflect.Type, path string) error {
	if decodesItself(t) || t.Kind() == reflect.Interface {
		return nil
	}
	if string(text) == "null" {
		return checkNull(t, path)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return checkValue(text, t.Elem(), path)
	case reflect.Struct:
		return checkStruct(text, t, path)
	case reflect.Map:
		return checkMap(text, t, path)
	case reflect.Slice, reflect.Array:
		return checkList(text, t, path)
	}
	return nil
}

func decodesItself(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(jsonUnmarshaler) || pointer.Implements(textUnmarshaler)
}

func checkNull(t reflect.Type, path string) error {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return nil
	}
	return fmt.Errorf("%s: %w: null", describe(path), ErrUnfit)
}

func checkStruct(text []byte, t reflect.Type, path string) error {
	members, names, ok := objectMembers(text)
	if !ok {
		return nil
	}
	known := map[string]reflect.Type{}
	collectFields(known, t)
	for _, name := range names {
		field, found := known[name]
		if !found {
			return &UnknownFieldError{Path: path, Field: name, Suggestion: nearest.Name(name, slices.Sorted(maps.Keys(known)))}
		}
		if err := checkValue(members[name], field, join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

func checkMap(text []byte, t reflect.Type, path string) error {
	members, names, ok := objectMembers(text)
	if !ok {
		return nil
	}
	seen := map[any]bool{}
	for _, name := range names {
		key, ok := mapKey(name, t.Key())
		if ok && seen[key] {
			return fmt.Errorf("%s: %w in another spelling", describe(join(path, name)), ErrDuplicateName)
		}
		seen[key] = ok
		if err := checkValue(members[name], t.Elem(), join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// mapKey reads a member name as a key of the map. Two names, such as one hexadecimal address in upper and in lower case,
// can be one key, and json.Unmarshal would keep the last of them. What it cannot read is left to json.Unmarshal.
func mapKey(name string, t reflect.Type) (key any, ok bool) {
	target := reflect.New(t)
	unmarshaler, readsText := target.Interface().(encoding.TextUnmarshaler)
	if !readsText {
		return name, true
	}
	if unmarshaler.UnmarshalText([]byte(name)) != nil {
		return nil, false
	}
	return target.Elem().Interface(), true
}

func checkList(text []byte, t reflect.Type, path string) error {
	var elements []json.RawMessage
	if json.Unmarshal(text, &elements) != nil { // no array: for example base64 for []byte
		return nil
	}
	if t.Kind() == reflect.Array && len(elements) != t.Len() {
		return fmt.Errorf("%s: %w: %d elements, want %d", describe(path), ErrUnfit, len(elements), t.Len())
	}
	for i, element := range elements {
		if err := checkValue(element, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// objectMembers splits an object; names are in canonical order, so that the first error is always the same one.
func objectMembers(text []byte) (members map[string]json.RawMessage, names []string, ok bool) {
	if json.Unmarshal(text, &members) != nil {
		return nil, nil, false
	}
	for name := range members {
		names = append(names, name)
	}
	slices.SortFunc(names, compareNames)
	return members, names, true
}

// collectFields gathers the JSON names of t's fields, with those of embedded structs. An outer field hides an inner
// one of the same name.
func collectFields(known map[string]reflect.Type, t reflect.Type) {
	var embedded []reflect.Type
	for i := range t.NumField() {
		field := t.Field(i)
		tag := field.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		if tag == "-" {
			continue
		}
		if inner := structType(field.Type); field.Anonymous && name == "" && inner != nil {
			embedded = append(embedded, inner)
			continue
		}
		if !field.IsExported() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		if _, hidden := known[name]; !hidden {
			known[name] = field.Type
		}
	}
	for _, inner := range embedded {
		collectFields(known, inner)
	}
}

// structType returns the struct that t is or points to, or nil.
func structType(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		return t
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return shorten(name)
	}
	return path + "." + shorten(name)
}

func describe(path string) string {
	if path == "" {
		return "the whole text"
	}
	return path
}

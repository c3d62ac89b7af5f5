package configuration

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/credibleledger/credibleledger/kernel/encoding/nearest"
)

// maxFile bounds a configuration file in bytes.
const maxFile = 1 << 20

// ErrSyntax reports a file that is not TOML, or not of the right shape.
var ErrSyntax = errors.New("configuration: the file cannot be read")

// UnknownKeyError names a key that no configuration has.
type UnknownKeyError struct {
	Key        string
	Line       int
	Suggestion string // the nearest known key, empty when none is near
}

// Error implements error.
func (e *UnknownKeyError) Error() string {
	text := fmt.Sprintf("line %d: unknown key %q", e.Line, e.Key)
	if e.Suggestion != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Suggestion)
	}
	return text
}

// Parse reads a configuration file over the defaults and checks it.
func Parse(file []byte) (*Configuration, error) {
	if len(file) > maxFile {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrSyntax, len(file), maxFile)
	}
	c := Default()
	decoder := toml.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(c)
	var unknown *toml.StrictMissingError
	var place *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		return nil, unknownKeys(unknown)
	case errors.As(err, &place):
		line, column := place.Position()
		return nil, fmt.Errorf("%w: line %d, column %d: %w", ErrSyntax, line, column, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	return c, c.Check()
}

func unknownKeys(missing *toml.StrictMissingError) error {
	known := tablesAnd(Keys())
	var faults []error
	for i := range missing.Errors {
		key := strings.Join(missing.Errors[i].Key(), ".")
		line, _ := missing.Errors[i].Position()
		faults = append(faults, &UnknownKeyError{Key: key, Line: line, Suggestion: nearest.Name(key, known)})
	}
	return errors.Join(faults...)
}

// tablesAnd adds to keys the tables that they stand in.
func tablesAnd(keys []string) []string {
	known := slices.Clone(keys)
	for _, key := range keys {
		if end := strings.LastIndexByte(key, '.'); end > 0 && !slices.Contains(known, key[:end]) {
			known = append(known, key[:end])
		}
	}
	return known
}

// Keys lists all keys in the order of the file.
func Keys() []string { return keysOf(reflect.TypeFor[Configuration](), "") }

func keysOf(t reflect.Type, prefix string) []string {
	var keys []string
	for i := range t.NumField() {
		field := t.Field(i)
		name := prefix + field.Tag.Get("toml")
		switch inner := field.Type; {
		case inner.Kind() == reflect.Struct:
			keys = append(keys, keysOf(inner, name+".")...)
		case inner.Kind() == reflect.Slice && inner.Elem().Kind() == reflect.Struct:
			keys = append(append(keys, name), keysOf(inner.Elem(), name+".")...)
		default:
			keys = append(keys, name)
		}
	}
	return keys
}

// Encode returns the configuration as a commented file.
func (c *Configuration) Encode() ([]byte, error) {
	var file bytes.Buffer
	if err := toml.NewEncoder(&file).Encode(c); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

package canonicaljson

import (
	"encoding/json"
	"fmt"
)

// Decode stores the JSON text b in the value that v points to, as encoding/json does, but strictly. It refuses what
// Canonical refuses, a member that the Go type does not know (*UnknownFieldError; names are compared exactly, upper
// and lower case differ), null for a type without null, and an array of another length than a Go array (ErrUnfit).
// Types with their own UnmarshalJSON or UnmarshalText get their part of the canonical form and check it themselves.
//
// Names that a map's key type reads as one key count as repeated. An absent member leaves its field as it was, so v may
// hold defaults.
func Decode(b []byte, v any) error {
	canonical, err := Canonical(b)
	if err != nil {
		return err
	}
	if err := checkShape(canonical, v); err != nil {
		return err
	}
	if err := json.Unmarshal(canonical, v); err != nil {
		return fmt.Errorf("decode JSON: %w", err)
	}
	return nil
}

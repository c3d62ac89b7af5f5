package jsonrpc

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"
)

// mismatch says what is wrong with an argument. It keeps go-ethereum's words,
// which clients match on, and leaves out how this program names its types.
func mismatch(err error) string {
	typed, ok := err.(*json.UnmarshalTypeError) //nolint:errorlint // one that is wrapped has a text of its own
	if !ok {
		return err.Error()
	}
	place := "Go value"
	if typed.Field != "" {
		place = "field " + typed.Field
	}
	return fmt.Sprintf("json: cannot unmarshal %s into %s of type %s", typed.Value, place, typeName(typed.Type))
}

// typeName returns a type's name where clients know it, else what it is in JSON.
func typeName(t reflect.Type) string {
	name, own := t.String(), path.Base(t.PkgPath())+"."+t.Name()
	if name != own && (t.PkgPath() != "" || !strings.Contains(name, ".")) {
		return name
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "object"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	default:
		return "number"
	}
}

package ethereum

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Limits of typed data (EIP-712), which comes from outside.
const (
	MaxTypedDataSize   = 1 << 20 // bytes of the JSON text
	MaxTypedDataTypes  = 64      // struct types
	MaxTypedDataFields = 256     // fields of one struct type
	MaxTypedDataName   = 256     // bytes of a type name or field name
	MaxTypedDataDepth  = 32      // nesting of structs and arrays
	MaxTypedDataValues = 1 << 16 // values in domain and message together
)

// ErrTypedData says that a text is no valid typed data (EIP-712). It is wrapped with the place and the reason.
var ErrTypedData = errors.New("ethereum: invalid typed data")

// domainType is the struct type of the domain.
const domainType = "EIP712Domain"

// TypedData is a message with its types as eth_signTypedData_v4 takes it (EIP-712).
type TypedData struct {
	// Types gives the fields of each struct type in order.
	Types map[string][]TypedField
	// PrimaryType is the type of Message.
	PrimaryType string
	domain      map[string]any
	message     map[string]any
}

// TypedField is one field of a struct type.
type TypedField struct {
	Name, Type string
}

// ParseTypedData reads typed data. It refuses what has no single meaning: a repeated member name, text behind the
// value, an unknown type, a type that is defined twice or never, and a text beyond the limits. Values are checked when
// they are hashed. Members of the message that its type does not have are ignored, as all wallets do: they are not
// signed. Errors wrap ErrTypedData.
func ParseTypedData(text []byte) (*TypedData, error) {
	if len(text) > MaxTypedDataSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTypedData, len(text), MaxTypedDataSize)
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%w: not valid UTF-8", ErrTypedData)
	}
	if err := checkNames(text); err != nil {
		return nil, err
	}
	data, err := readTypedData(text)
	if err != nil {
		return nil, err
	}
	if _, found := data.Types[domainType]; !found {
		data.Types[domainType] = nil // a domain without fields, as wallets take it
	}
	if err := data.checkTypes(); err != nil {
		return nil, err
	}
	return data, nil
}

// readTypedData picks the members by their exact names; encoding/json would take "Types" for "types" too.
func readTypedData(text []byte) (*TypedData, error) {
	var members map[string]json.RawMessage
	if err := unmarshal(text, &members); err != nil {
		return nil, err
	}
	var types map[string][]map[string]any
	data := &TypedData{Types: map[string][]TypedField{}}
	for name, target := range map[string]any{
		"types": &types, "primaryType": &data.PrimaryType, "domain": &data.domain, "message": &data.message,
	} {
		if err := unmarshal(members[name], target); len(members[name]) > 0 && err != nil {
			return nil, err
		}
	}
	for name, fields := range types {
		data.Types[name] = nil
		for _, field := range fields {
			fieldName, _ := field["name"].(string) // an empty name or type is refused by checkTypes
			fieldType, _ := field["type"].(string)
			data.Types[name] = append(data.Types[name], TypedField{Name: fieldName, Type: fieldType})
		}
	}
	return data, nil
}

// unmarshal keeps numbers as they are written.
func unmarshal(text []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(target); err != nil {
		return fmt.Errorf("%w: %w", ErrTypedData, err)
	}
	return nil
}

// Hash returns the digest that is signed: keccak(0x19 ‖ 0x01 ‖ domain separator ‖ hash of the message). When the
// primary type is the domain itself, the message is left out. Errors wrap ErrTypedData.
func (d *TypedData) Hash(keccak Keccak) (chain.Hash, error) {
	h := typedHasher{data: d, keccak: keccak, typeHashes: map[string]chain.Hash{}}
	separator, err := h.hashStruct(domainType, d.domain, "domain", 0)
	if err != nil {
		return chain.Hash{}, err
	}
	prefix := []byte{0x19, 0x01}
	if d.PrimaryType == domainType {
		return keccak(prefix, separator[:]), nil
	}
	message, err := h.hashStruct(d.PrimaryType, d.message, "message", 0)
	if err != nil {
		return chain.Hash{}, err
	}
	return keccak(prefix, separator[:], message[:]), nil
}

// DomainSeparator returns the hash of the domain. Errors wrap ErrTypedData.
func (d *TypedData) DomainSeparator(keccak Keccak) (chain.Hash, error) {
	h := typedHasher{data: d, keccak: keccak, typeHashes: map[string]chain.Hash{}}
	return h.hashStruct(domainType, d.domain, "domain", 0)
}

// EncodeType returns the type string of a struct type: itself, then the struct types that it reaches in alphabetical
// order. Errors wrap ErrTypedData.
func (d *TypedData) EncodeType(name string) (string, error) {
	if _, found := d.Types[name]; !found {
		return "", fmt.Errorf("%w: no type %.64q", ErrTypedData, name)
	}
	return d.encodeType(name), nil
}

// checkNames walks over the tokens of a text and refuses a member name that its object has twice, depth beyond any
// use and text behind the value. encoding/json alone would take the last of two members.
func checkNames(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := checkValueNames(decoder, 0); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: text continues after the value", ErrTypedData)
	}
	return nil
}

func checkValueNames(decoder *json.Decoder, depth int) error {
	token, err := decoder.Token()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTypedData, err)
	}
	open, isDelimiter := token.(json.Delim)
	if !isDelimiter {
		return nil
	}
	if depth > MaxTypedDataDepth+4 {
		return fmt.Errorf("%w: nested too deep", ErrTypedData)
	}
	seen := map[string]bool{}
	for decoder.More() {
		if open == '{' {
			name, err := decoder.Token()
			if err != nil {
				return fmt.Errorf("%w: %w", ErrTypedData, err)
			}
			text, _ := name.(string) // a member name is always a string
			if seen[text] {
				return fmt.Errorf("%w: member %.64q is repeated", ErrTypedData, text)
			}
			seen[text] = true
		}
		if err := checkValueNames(decoder, depth+1); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return fmt.Errorf("%w: %w", ErrTypedData, err)
	}
	return nil
}

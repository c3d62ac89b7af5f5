package ethereum

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// typedHasher hashes the values of one piece of typed data and counts them.
type typedHasher struct {
	data       *TypedData
	keccak     Keccak
	typeHashes map[string]chain.Hash
	values     int
}

func (h *typedHasher) typeHash(name string) chain.Hash {
	hash, known := h.typeHashes[name]
	if !known {
		hash = h.keccak([]byte(h.data.encodeType(name)))
		h.typeHashes[name] = hash
	}
	return hash
}

// hashStruct returns keccak(type hash ‖ encoding of each field). A missing field is an error: wallets disagree on its
// meaning.
func (h *typedHasher) hashStruct(name string, value map[string]any, path string, depth int) (chain.Hash, error) {
	typeHash := h.typeHash(name)
	encoded := append([]byte(nil), typeHash[:]...)
	for _, field := range h.data.Types[name] {
		fieldPath := path + "." + field.Name
		content, present := value[field.Name]
		if !present {
			return chain.Hash{}, fmt.Errorf("%w: %.256s is missing", ErrTypedData, fieldPath)
		}
		word, err := h.encodeValue(field.Type, content, fieldPath, depth+1)
		if err != nil {
			return chain.Hash{}, err
		}
		encoded = append(encoded, word[:]...)
	}
	return h.keccak(encoded), nil
}

// encodeValue returns the 32 bytes that stand for a value inside its struct or array.
func (h *typedHasher) encodeValue(name string, value any, path string, depth int) (chain.Hash, error) {
	if h.values++; h.values > MaxTypedDataValues {
		return chain.Hash{}, fmt.Errorf("%w: more than %d values", ErrTypedData, MaxTypedDataValues)
	}
	if depth > MaxTypedDataDepth {
		return chain.Hash{}, fmt.Errorf("%w: %.256s is nested too deep", ErrTypedData, path)
	}
	if element, length, isArray := splitArray(name); isArray {
		return h.hashArray(element, length, value, path, depth)
	}
	if atomic, isAtomic := parseAtomic(name); isAtomic {
		word, ok := h.encodeAtomic(atomic, value)
		if !ok {
			return chain.Hash{}, fmt.Errorf("%w: %.256s is no %s", ErrTypedData, path, name)
		}
		return word, nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return chain.Hash{}, fmt.Errorf("%w: %.256s is no %.64s", ErrTypedData, path, name)
	}
	return h.hashStruct(name, object, path, depth)
}

// hashArray returns keccak(encoding of each element); length is -1 for any.
func (h *typedHasher) hashArray(element string, length int, value any, path string, depth int) (chain.Hash, error) {
	list, ok := value.([]any)
	if !ok || (length >= 0 && len(list) != length) {
		return chain.Hash{}, fmt.Errorf("%w: %.256s is no array of the right length", ErrTypedData, path)
	}
	encoded := make([]byte, 0, len(list)*chain.HashSize)
	for i, item := range list {
		word, err := h.encodeValue(element, item, fmt.Sprintf("%s[%d]", path, i), depth+1)
		if err != nil {
			return chain.Hash{}, err
		}
		encoded = append(encoded, word[:]...)
	}
	return h.keccak(encoded), nil
}

func (h *typedHasher) encodeAtomic(t atomicType, value any) (word chain.Hash, ok bool) {
	switch t.kind {
	case kindBool:
		truth, isBool := value.(bool)
		if truth {
			word[31] = 1
		}
		return word, isBool
	case kindString:
		text, isString := value.(string)
		return h.keccak([]byte(text)), isString
	case kindBytes:
		content, isBytes := hexBytes(value)
		return h.keccak(content), isBytes
	case kindFixedBytes:
		content, isBytes := hexBytes(value)
		copy(word[:], content)
		return word, isBytes && len(content) == t.size
	case kindAddress:
		content, isBytes := hexBytes(value)
		if !isBytes || len(content) != chain.AddressSize {
			return word, false
		}
		copy(word[12:], content)
		return word, true
	case kindUnsigned, kindSigned:
		return encodeInteger(t, value)
	}
	return word, false
}

// hexBytes reads a string of 0x and hexadecimal digits.
func hexBytes(value any) ([]byte, bool) {
	text, isString := value.(string)
	digits, found := strings.CutPrefix(text, "0x")
	if !isString || !found {
		return nil, false
	}
	content, err := hex.DecodeString(digits)
	return content, err == nil
}

// encodeInteger takes a JSON integer, or a string in decimal or in hexadecimal after 0x, and checks its range. Negative
// numbers are written as 256-bit two's complement.
func encodeInteger(t atomicType, value any) (word chain.Hash, ok bool) {
	number, ok := integerValue(value)
	if !ok {
		return word, false
	}
	bits := t.size
	if t.kind == kindSigned {
		bits--
	} else if number.Sign() < 0 {
		return word, false
	}
	// The largest value is 2^bits-1, the smallest -2^bits; for both the complement -n-1 has the magnitude to compare.
	magnitude := number
	if number.Sign() < 0 {
		magnitude = new(big.Int).Not(number)
	}
	if magnitude.BitLen() > bits {
		return word, false
	}
	if number.Sign() < 0 {
		number = new(big.Int).Add(number, new(big.Int).Lsh(big.NewInt(1), 256))
	}
	number.FillBytes(word[:])
	return word, true
}

func integerValue(value any) (*big.Int, bool) {
	var text string
	switch value := value.(type) {
	case json.Number:
		text = value.String()
	case string:
		text = value
	default:
		return nil, false
	}
	base := 10
	if digits, isHex := strings.CutPrefix(text, "0x"); isHex {
		text, base = digits, 16
	}
	const longest = 80 // 2^256 has 78 decimal digits, and a sign
	if len(text) > longest || strings.ContainsAny(text, "_+") || (base == 16 && strings.HasPrefix(text, "-")) {
		return nil, false
	}
	return new(big.Int).SetString(text, base)
}

package abi

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Function is a function of a contract: name, inputs and, when known, outputs.
type Function struct {
	Name    string
	Inputs  []Type
	Outputs []Type
	// Returns says that the signature names outputs, perhaps none.
	Returns bool
}

var name = regexp.MustCompile(`^[a-zA-Z_$][a-zA-Z0-9_$]*$`)

// ParseFunction reads a signature such as "get(uint256)" or "get(uint256)(string)".
func ParseFunction(text string) (*Function, error) {
	text = strings.TrimSpace(text)
	if len(text) > MaxSignature {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrType, MaxSignature)
	}
	open := strings.IndexByte(text, '(')
	if open < 0 || !name.MatchString(text[:open]) {
		return nil, fmt.Errorf("%w: %q; want a signature such as get(uint256)(string)", ErrType, text)
	}
	f := &Function{Name: text[:open]}
	end, err := closing(text[open:])
	if err != nil {
		return nil, err
	}
	inputs, outputs := text[open+1:open+end], text[open+end+1:]
	if f.Inputs, err = parseList(inputs, 1); err != nil {
		return nil, err
	}
	if outputs = strings.TrimSpace(outputs); outputs == "" {
		return f, nil
	}
	end, err = closing(outputs)
	if err != nil || end != len(outputs)-1 {
		return nil, fmt.Errorf("%w: %q behind the inputs is no list of outputs", ErrType, outputs)
	}
	f.Returns = true
	f.Outputs, err = parseList(outputs[1:end], 1)
	return f, err
}

// closing returns the place of the bracket that closes the first one.
func closing(text string) (int, error) {
	depth := 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i, nil
			}
		}
		if depth == 0 {
			break
		}
	}
	return 0, fmt.Errorf("%w: %w", ErrType, errBrackets)
}

// Signature returns the canonical signature, whose digest gives the selector.
func (f *Function) Signature() string { return f.Name + spell(f.Inputs) }

// Selector returns the first four bytes of the signature's Keccak-256 digest.
func (f *Function) Selector() []byte {
	digest := keccak.Keccak256([]byte(f.Signature()))
	return digest[:4]
}

// Call encodes a call with arguments as text.
func (f *Function) Call(arguments []string) ([]byte, error) {
	encoded, err := EncodeArguments(f.Inputs, arguments)
	if err != nil {
		return nil, err
	}
	return append(f.Selector(), encoded...), nil
}

// parameter is one input of a JSON ABI.
type parameter struct {
	Type       string      `json:"type"`
	Components []parameter `json:"components"`
}

// Constructor returns the inputs of the constructor in a JSON ABI; none when it
// does not name one.
func Constructor(file []byte) ([]Type, error) {
	var entries []struct {
		Type   string      `json:"type"`
		Inputs []parameter `json:"inputs"`
	}
	if err := json.Unmarshal(file, &entries); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrType, err)
	}
	for _, entry := range entries {
		if entry.Type == "constructor" {
			return typesOf(entry.Inputs, 0)
		}
	}
	return nil, nil
}

func typesOf(parameters []parameter, depth int) ([]Type, error) {
	types := make([]Type, len(parameters))
	for i, p := range parameters {
		text, err := p.spell(depth)
		if err != nil {
			return nil, err
		}
		if types[i], err = ParseType(text); err != nil {
			return nil, err
		}
	}
	return types, nil
}

// spell writes a parameter as a signature does: tuples by their members.
func (p parameter) spell(depth int) (string, error) {
	suffix, isTuple := strings.CutPrefix(p.Type, "tuple")
	if !isTuple {
		return p.Type, nil
	}
	if depth > MaxDepth {
		return "", fmt.Errorf("%w: nested deeper than %d", ErrType, MaxDepth)
	}
	members := make([]string, len(p.Components))
	for i, component := range p.Components {
		var err error
		if members[i], err = component.spell(depth + 1); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(members, ",") + ")" + suffix, nil
}

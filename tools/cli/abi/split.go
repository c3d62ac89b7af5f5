package abi

import "errors"

// errBrackets reports brackets or quotes that do not match.
var errBrackets = errors.New("brackets or quotes do not match")

// split cuts a list at the commas that stand outside brackets and quotes.
func split(text string) ([]string, error) {
	var parts []string
	var open []byte
	start, quoted := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '(' || c == '[':
			open = append(open, c)
		case c == ')' || c == ']':
			if len(open) == 0 || (open[len(open)-1] == '(') != (c == ')') {
				return nil, errBrackets
			}
			open = open[:len(open)-1]
		case c == ',' && len(open) == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	if quoted || len(open) > 0 {
		return nil, errBrackets
	}
	return append(parts, text[start:]), nil
}

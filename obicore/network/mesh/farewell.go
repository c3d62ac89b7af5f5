package mesh

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The codes of a goodbye.
const (
	codeShutdown  byte = 1 + iota // the node stops
	codeProtocol                  // the other end broke the protocol
	codeVersion                   // no common protocol version
	codeChain                     // another chain
	codeIdentity                  // the proved transport identity is not the listed one
	codeUnlisted                  // the node id is not, or no longer, in the peer list
	codeDuplicate                 // another connection of this class is kept
	codeCongested                 // the other end takes messages too slowly
)

// farewell is why a connection ends, in words for the other end's operator.
type farewell struct {
	code byte
	text string
}

// Error implements error.
func (f *farewell) Error() string { return f.text }

func (f *farewell) encode() []byte {
	text := f.text
	for len(text) > maxText || !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text[:min(len(text), maxText)], "")
	}
	return append([]byte{f.code}, text...)
}

// refusal is a farewell of the other end.
type refusal struct{ farewell }

// decodeFarewell reads a goodbye of at least one byte; what an operator's terminal
// should not see is replaced.
func decodeFarewell(payload []byte) *refusal {
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(string(payload[1:]), "?"))
	return &refusal{farewell{payload[0], text}}
}

// Error implements error.
func (r *refusal) Error() string {
	switch {
	case r.code == codeShutdown:
		return "the peer has shut down"
	case r.text == "":
		return fmt.Sprintf("the peer ends the connection with code %d", r.code)
	}
	return "the peer ends the connection: " + r.text
}

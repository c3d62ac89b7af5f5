package proof

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
)

// Format is the name and version of the format.
const Format = "credibleledger/proof/1"

// MaxSize is the largest document in bytes.
const MaxSize = canonicaljson.MaxSize

// Document is a proof with everything that it needs (formats, Proof documents). It
// makes one claim, or none but that of its header.
type Document struct {
	Format     string      `json:"format"`
	Chain      chain.Hash  `json:"chain"`      // identity
	Crypto     string      `json:"crypto"`     // name of the suite
	RootDelay  uint64      `json:"rootDelay"`  // k
	Header     chain.Bytes `json:"header"`     // canonical encoding
	Decision   chain.Bytes `json:"decision"`   // encoding of the chain.Proof; empty for block 0
	Validators chain.Bytes `json:"validators"` // encoding of the set that decided the header

	State       *State       `json:"state,omitempty"`
	Receipt     *Receipt     `json:"receipt,omitempty"`
	Transaction *Transaction `json:"transaction,omitempty"`
}

// Encode returns the document as indented JSON, the form of a file.
func (d *Document) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// Decode reads a document strictly: unknown and repeated members, null, and other
// spellings of a value than Encode's are refused.
func Decode(text []byte) (*Document, error) {
	d := &Document{}
	if err := d.decode(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return d, nil
}

func (d *Document) decode(text []byte) error {
	if err := canonicaljson.Decode(text, d); err != nil {
		return err
	}
	if d.Format != Format {
		return fmt.Errorf("format is %q, this version reads %q", d.Format, Format)
	}
	if claims := count(d.State != nil, d.Receipt != nil, d.Transaction != nil); claims > 1 {
		return fmt.Errorf("it makes %d claims, one is allowed", claims)
	}
	return d.checkSpelling(text)
}

func count(conditions ...bool) (n int) {
	for _, holds := range conditions {
		if holds {
			n++
		}
	}
	return n
}

// checkSpelling refuses a text whose values have another spelling than Encode's, such
// as digits in upper case or a member that is missing.
func (d *Document) checkSpelling(text []byte) error {
	given, err := canonicaljson.Canonical(text)
	if err != nil {
		return err
	}
	own, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if own, err = canonicaljson.Canonical(own); err != nil {
		return err
	}
	if !bytes.Equal(given, own) {
		return fmt.Errorf("a value is missing or not in its canonical spelling: 0x and digits in lower case")
	}
	return nil
}

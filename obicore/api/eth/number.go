package eth

import (
	"encoding/json"
	"strconv"

	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

// quantityOrNumber is a count that clients send as a quantity or as a plain
// number; a decimal string is accepted too.
type quantityOrNumber uint64

// UnmarshalJSON implements json.Unmarshaler.
func (q *quantityOrNumber) UnmarshalJSON(input []byte) error {
	if len(input) > 0 && input[0] != '"' {
		return json.Unmarshal(input, (*uint64)(q))
	}
	var text string
	if err := json.Unmarshal(input, &text); err != nil {
		return err
	}
	if v, err := strconv.ParseUint(text, 10, 64); err == nil {
		*q = quantityOrNumber(v)
		return nil
	}
	return (*quantity.Uint64)(q).UnmarshalText([]byte(text))
}

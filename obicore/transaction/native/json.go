package native

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// view is the JSON form: names and quantities as in Ethereum's JSON-RPC where it has them.
type view struct {
	Type           quantity      `json:"type"`
	Identity       chain.Hash    `json:"identity"`
	From           chain.Address `json:"from"`
	Lane           quantity      `json:"lane"`
	Nonce          quantity      `json:"nonce"`
	ValidUntil     quantity      `json:"validUntil"`
	Gas            quantity      `json:"gas"`
	FeeCap         chain.Word    `json:"maxFeePerGas"`
	TipCap         chain.Word    `json:"maxPriorityFeePerGas"`
	Calls          []callView    `json:"calls"`
	Access         []accessView  `json:"accessList"`
	Payer          chain.Address `json:"payer,omitzero"`
	Payload        chain.Hash    `json:"payload,omitzero"`
	Signature      signatureView `json:"signature,omitzero"`
	PayerSignature signatureView `json:"payerSignature,omitzero"`
}

type callView struct {
	To    *chain.Address `json:"to,omitempty"`
	Value chain.Word     `json:"value"`
	Input chain.Bytes    `json:"input"`
}

type accessView struct {
	Address chain.Address `json:"address"`
	Slots   []chain.Hash  `json:"storageKeys"`
}

type signatureView struct {
	Scheme chain.Scheme `json:"scheme"`
	Key    chain.Bytes  `json:"publicKey"`
	Bytes  chain.Bytes  `json:"signature"`
}

// IsZero leaves a missing signature out.
func (s signatureView) IsZero() bool { return s.Scheme == 0 && len(s.Key) == 0 && len(s.Bytes) == 0 }

// MarshalJSON writes the fields with their names in docs/spec/formats; signatures that are missing are left out, so that
// a half-signed transaction can go from sender to payer. The JSON form is a view and is never hashed.
func (t *Transaction) MarshalJSON() ([]byte, error) {
	v := view{
		Type: quantity(Type), Identity: t.Identity, From: t.Sender, Lane: quantity(t.Lane), Nonce: quantity(t.Nonce),
		ValidUntil: quantity(t.ValidUntil), Gas: quantity(t.Gas), FeeCap: t.FeeCap, TipCap: t.TipCap,
		Calls: make([]callView, len(t.Calls)), Access: make([]accessView, len(t.Access)), Payer: t.Payer, Payload: t.Payload,
		Signature: signatureView{t.BySender.Scheme, t.BySender.Key, t.BySender.Bytes}, PayerSignature: signatureView{t.ByPayer.Scheme, t.ByPayer.Key, t.ByPayer.Bytes},
	}
	for i, call := range t.Calls {
		v.Calls[i] = callView{To: call.To, Value: call.Value, Input: call.Input}
	}
	for i, access := range t.Access {
		v.Access[i] = accessView{Address: access.Address, Slots: make([]chain.Hash, len(access.Slots))}
		for j, slot := range access.Slots {
			v.Access[i].Slots[j] = chain.Hash(slot)
		}
	}
	return json.Marshal(&v)
}

// UnmarshalJSON reads what MarshalJSON writes; fields that it does not know are refused, and those that are missing are
// zero. It does not check the content: Sign, SignAsPayer and Check do. Errors wrap chain.ErrMalformed.
func (t *Transaction) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var v view
	if err := decoder.Decode(&v); err != nil {
		return fmt.Errorf("%w: native transaction: %w", chain.ErrMalformed, err)
	}
	if v.Type != quantity(Type) {
		return fmt.Errorf("%w: type 0x%x, want 0x%x", chain.ErrUnknownType, uint64(v.Type), Type)
	}
	*t = Transaction{
		Identity: v.Identity, Sender: v.From, Lane: uint64(v.Lane), Nonce: uint64(v.Nonce), ValidUntil: uint64(v.ValidUntil),
		Gas: uint64(v.Gas), FeeCap: v.FeeCap, TipCap: v.TipCap, Payer: v.Payer, Payload: v.Payload,
		BySender: v.Signature.value(), ByPayer: v.PayerSignature.value(),
	}
	for _, call := range v.Calls {
		t.Calls = append(t.Calls, chain.Call{To: call.To, Value: call.Value, Input: orNil(call.Input)})
	}
	for _, access := range v.Access {
		entry := chain.Access{Address: access.Address}
		for _, slot := range access.Slots {
			entry.Slots = append(entry.Slots, chain.Word(slot))
		}
		t.Access = append(t.Access, entry)
	}
	return nil
}

func (s signatureView) value() Signature {
	return Signature{Scheme: s.Scheme, Key: orNil(s.Key), Bytes: orNil(s.Bytes)}
}

// orNil gives the empty byte string its one form in memory.
func orNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// quantity is an integer that JSON spells as 0x and hexadecimal digits without leading zeros.
type quantity uint64

// MarshalText implements encoding.TextMarshaler.
func (q quantity) MarshalText() ([]byte, error) {
	return strconv.AppendUint([]byte("0x"), uint64(q), 16), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (q *quantity) UnmarshalText(text []byte) error {
	digits, found := strings.CutPrefix(string(text), "0x")
	v, err := strconv.ParseUint(digits, 16, 64)
	if !found || err != nil || (len(digits) > 1 && digits[0] == '0') {
		return fmt.Errorf("%w: %.32q is no quantity of 64 bits", chain.ErrText, text)
	}
	*q = quantity(v)
	return nil
}

package ethereum_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

const domainOfExamples = `"domain": {"name": "Ether Mail", "version": "1", "chainId": 1, "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"}`

const domainTypeOfExamples = `"EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"},
	{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}]`

// exampleMail is the example of EIP-712 itself.
const exampleMail = `{"types": {` + domainTypeOfExamples + `,
	"Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
	"Mail": [{"name": "from", "type": "Person"}, {"name": "to", "type": "Person"}, {"name": "contents", "type": "string"}]},
	"primaryType": "Mail", ` + domainOfExamples + `,
	"message": {"from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
		"to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"}, "contents": "Hello, Bob!"}}`

// exampleArrays is the example with arrays that wallets test eth_signTypedData_v4 with.
const exampleArrays = `{"types": {` + domainTypeOfExamples + `,
	"Person": [{"name": "name", "type": "string"}, {"name": "wallets", "type": "address[]"}],
	"Mail": [{"name": "from", "type": "Person"}, {"name": "to", "type": "Person[]"}, {"name": "contents", "type": "string"}],
	"Group": [{"name": "name", "type": "string"}, {"name": "members", "type": "Person[]"}]},
	"primaryType": "Mail", ` + domainOfExamples + `,
	"message": {"from": {"name": "Cow", "wallets": ["0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xDeaDbeefdEAdbeefdEadbEEFdeadbeEFdEaDbeeF"]},
		"to": [{"name": "Bob", "wallets": ["0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB", "0xB0BdaBea57B0BDABeA57b0bdABEA57b0BDabEa57",
			"0xB0B0b0b0b0b0B000000000000000000000000000"]}], "contents": "Hello, Bob!"}}`

func TestPublishedTypedDataGivesThePublishedHashes(t *testing.T) {
	for _, c := range []struct{ name, text, digest, mail string }{
		{"EIP-712", exampleMail, "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2",
			"Mail(Person from,Person to,string contents)Person(string name,address wallet)"},
		{"arrays", exampleArrays, "0xa85c2e2b118698e88db68a8105b794a8cc7cec074e89ef991cb4f5f533819cc2",
			"Mail(Person from,Person[] to,string contents)Person(string name,address[] wallets)"},
	} {
		data, err := ethereum.ParseTypedData([]byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if mail, err := data.EncodeType("Mail"); err != nil || mail != c.mail {
			t.Errorf("%s: type %s, error %v", c.name, mail, err)
		}
		const separator = "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"
		if got, err := data.DomainSeparator(keccak); err != nil || got.String() != separator {
			t.Errorf("%s: domain separator %s, error %v", c.name, got, err)
		}
		if got, err := data.Hash(keccak); err != nil || got.String() != c.digest {
			t.Errorf("%s: digest %s, error %v, want %s", c.name, got, err, c.digest)
		}
	}
}

// typed makes typed data whose message has one field x of the given type.
func typed(kind, value string) string {
	return fmt.Sprintf(`{"types": {"S": [{"name": "n", "type": "uint8"}], "T": [{"name": "x", "type": %q}]},
		"primaryType": "T", "domain": {}, "message": {"x": %s}}`, kind, value)
}

func hashTyped(text string) (string, error) {
	data, err := ethereum.ParseTypedData([]byte(text))
	if err != nil {
		return "", err
	}
	digest, err := data.Hash(keccak)
	return digest.String(), err
}

func TestSpellingsOfOneTypedValueGiveOneHash(t *testing.T) {
	for _, c := range []struct{ kind, one, other string }{
		{"uint256", `16`, `"16"`},
		{"uint256", `16`, `"0x10"`},
		{"int8", `-1`, `"-1"`},
		{"address", `"0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"`, `"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"`},
		{"S", `{"n": 1}`, `{"n": 1, "unsigned": 2}`},
	} {
		one, err1 := hashTyped(typed(c.kind, c.one))
		other, err2 := hashTyped(typed(c.kind, c.other))
		if err1 != nil || err2 != nil || one != other {
			t.Errorf("%s: %s and %s give %s and %s, errors %v, %v", c.kind, c.one, c.other, one, other, err1, err2)
		}
	}
}

func TestTypedValuesAtTheEndsOfTheirRangeAreAccepted(t *testing.T) {
	for _, c := range [][2]string{
		{"uint8", `255`}, {"int8", `127`}, {"int8", `-128`}, {"uint256", `"0x` + strings.Repeat("f", 64) + `"`},
		{"int256", `"-57896044618658097711785492504343953926634992332820282019728792003956564819968"`}, {"bytes32", `"0x` + strings.Repeat("ab", 32) + `"`},
		{"bytes", `"0x"`}, {"string", `""`}, {"bool", `false`}, {"uint8[]", `[]`}, {"uint8[2]", `[1, 2]`}, {"S[2][]", `[[{"n": 1}, {"n": 2}]]`},
	} {
		if _, err := hashTyped(typed(c[0], c[1])); err != nil {
			t.Errorf("%s %s: %v", c[0], c[1], err)
		}
	}
}

func TestTypedValuesThatDoNotFitTheirTypeAreRefused(t *testing.T) {
	for _, c := range [][2]string{
		{"uint8", `256`}, {"uint8", `-1`}, {"int8", `128`}, {"int8", `-129`}, {"uint8", `1.5`}, {"uint8", `1e1`}, {"uint8", `"1_0"`}, {"uint8", `""`},
		{"uint8", `"0x"`}, {"uint8", `"0x-1"`}, {"uint8", `true`}, {"uint8", `null`}, {"uint256", `"0x1` + strings.Repeat("0", 64) + `"`},
		{"bytes4", `"0x010203"`}, {"bytes4", `"0x0102030405"`}, {"bytes4", `"01020304"`}, {"bytes", `"0x0"`}, {"bytes", `"abc"`}, {"address", `"0x00"`},
		{"string", `1`}, {"bool", `"true"`}, {"bool", `1`}, {"uint8[2]", `[1]`}, {"uint8[]", `1`}, {"S", `null`}, {"S", `{}`}, {"S", `[]`}, {"S[]", `[null]`},
	} {
		if _, err := hashTyped(typed(c[0], c[1])); !errors.Is(err, ethereum.ErrTypedData) {
			t.Errorf("%s %s: got %v", c[0], c[1], err)
		}
	}
}

func TestMalformedTypedDataIsRefused(t *testing.T) {
	var manyTypes strings.Builder
	for i := range ethereum.MaxTypedDataTypes {
		fmt.Fprintf(&manyTypes, `"T%d": [],`, i)
	}
	for name, text := range map[string]string{
		"no text":                ``,
		"no object":              `[]`,
		"trailing text":          `{"types": {"T": []}, "primaryType": "T", "domain": {}, "message": {}} {}`,
		"no primary type":        `{"types": {"T": []}, "domain": {}, "message": {}}`,
		"unknown primary type":   `{"types": {"T": []}, "primaryType": "U", "domain": {}, "message": {}}`,
		"unknown field type":     typed("Unknown", `1`),
		"width that no type has": typed("uint7", `1`),
		"integer too wide":       typed("uint264", `1`),
		"bytes too wide":         typed("bytes33", `"0x"`),
		"array of length zero":   typed("uint8[0]", `[]`),
		"broken brackets":        typed("uint8[", `[]`),
		"invalid UTF-8":          typed("string", "\"\xff\""),
		"member in wrong case":   `{"Types": {"T": []}, "primaryType": "T", "domain": {}, "message": {}}`,
		"repeated member":        `{"types": {"T": []}, "primaryType": "T", "domain": {}, "message": {"a": 1, "a": 2}}`,
		"repeated field":         `{"types": {"T": [{"name": "a", "type": "bool"}, {"name": "a", "type": "bool"}]}, "primaryType": "T", "message": {"a": true}}`,
		"struct named as atom":   `{"types": {"bool": []}, "primaryType": "bool", "domain": {}, "message": {}}`,
		"name with structure":    `{"types": {"T(a": []}, "primaryType": "T(a", "domain": {}, "message": {}}`,
		"too many types":         `{"types": {` + manyTypes.String() + `"T": []}, "primaryType": "T", "domain": {}, "message": {}}`,
		"too large":              typed("string", `"`+strings.Repeat("a", ethereum.MaxTypedDataSize)+`"`),
		"too deep":               typed("uint8"+strings.Repeat("[]", 40), strings.Repeat("[", 40)+strings.Repeat("]", 40)),
		"too many values":        typed("uint8[]", `[`+strings.Repeat("1,", ethereum.MaxTypedDataValues)+`1]`),
	} {
		if _, err := hashTyped(text); !errors.Is(err, ethereum.ErrTypedData) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDomainAloneCanBeSigned(t *testing.T) {
	text := `{"types": {` + domainTypeOfExamples + `}, "primaryType": "EIP712Domain", ` + domainOfExamples + `, "message": {}}`
	data, err := ethereum.ParseTypedData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	separator, err := data.DomainSeparator(keccak)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := data.Hash(keccak); err != nil || got != keccak([]byte{0x19, 0x01}, separator[:]) {
		t.Errorf("got %s, error %v", got, err)
	}
}

// Package quantity holds the JSON forms of Ethereum's API: quantities (hexadecimal numbers without leading zeros), data
// (hexadecimal bytes) and block references (tags, numbers and EIP-1898 objects).
//
// It is not a codec of chain values: what is hashed or signed never passes through here. It knows no method and no
// state; a BlockTag says which block a client asked for, not which block that is.
//
// Invariants:
//   - Decoding is strict. One value has one spelling: 0x, no leading zero in a quantity, an even number of digits in data,
//     nothing empty. Letters may be of either case, and the prefix may be 0X, because clients send both.
//   - Error texts are those of go-ethereum, because clients match on them. Inside JSON they come as
//     *json.UnmarshalTypeError, so that encoding/json adds the name of the field that is wrong.
//   - Encoding writes lower case and is the inverse of decoding.
//
// Source: https://ethereum.org/developers/docs/apis/json-rpc (hex value encoding), execution-apis schemas, EIP-1898.
package quantity

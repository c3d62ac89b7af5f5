package chain

import "bytes"

// delegationPrefix begins the code of an account that delegates (EIP-7702). EIP-3541 keeps
// contracts from beginning so.
var delegationPrefix = []byte{0xef, 0x01, 0x00}

// DelegationCode returns the code of an account that runs another's.
func DelegationCode(target Address) []byte {
	return append(append(make([]byte, 0, len(delegationPrefix)+AddressSize), delegationPrefix...), target[:]...)
}

// ParseDelegation returns whose code an account with this code runs; false when it is no
// delegation.
func ParseDelegation(code []byte) (target Address, ok bool) {
	if len(code) != len(delegationPrefix)+AddressSize || !bytes.HasPrefix(code, delegationPrefix) {
		return target, false
	}
	return Address(code[len(delegationPrefix):]), true
}

// Package ethereum is the Ethereum transaction family, byte for byte: legacy transactions with and without EIP-155,
// and the typed transactions of EIP-2930 (1), EIP-1559 (2), EIP-4844 (3) and EIP-7702 (4), under Osaka rules.
//
// [Transaction] has the fields of all types; [Decode] and [Transaction.Encode] are its wire format. [Family] offers it
// to the chain as a chain.Family. Beside it stand what wallets and tools need with the same bytes: signing, contract
// addresses, checksummed addresses, and EIP-191 and EIP-712 hashes.
//
// Where each rule of the protocol sits:
//   - Decode: canonical RLP, the number of fields, widths (256-bit amounts, 64-bit nonce, gas and chain id, 20-byte
//     addresses, 8-bit authorisation parity), and after that everything that Check refuses.
//   - Check, which needs no state: nonce below 2^64-1 (EIP-2681), tip not above fee cap, gas × price within 256 bits,
//     signature values in range with low s (EIP-2), at least one blob hash of version 1 and a recipient (EIP-4844), at
//     least one authorisation and a recipient (EIP-7702).
//   - Family.Verify: the recovery of the sender and of each authority. An authorisation whose signature yields none is
//     marked and does not make the transaction invalid (EIP-7702).
//   - Elsewhere, because they need a chain: chain id, initcode size (EIP-3860), gas limits (EIP-7825), the number of
//     blobs, balances, account nonces.
//
// Invariants:
//   - What Decode accepts, Encode writes back unchanged; so an id is the hash of the only encoding of its transaction.
//   - The network form of a blob transaction, which carries the blobs themselves, is refused.
//   - A decoded Transaction aliases its input: the caller hands it over and does not change it any more.
//
// The package knows no hash function and no curve: both are handed to it.
package ethereum

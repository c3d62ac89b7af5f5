// Package native is the platform's own transaction family, type byte 0x43: one envelope for every signature scheme of
// the chain's suite, with bundles of calls, lanes, a last height, a fee payer and a commitment to data beside the chain.
//
// [Transaction] has the fields; [Decode] and [Transaction.Encode] are its wire format. [Family] offers it to the chain as
// a chain.Family and chain.BatchFamily. Beside it stands what wallets and tools need with the same bytes: [Transaction.ID],
// [Transaction.Sign], [Transaction.SignAsPayer], the JSON form, and [Commit] and [Open] for payloads.
//
// Where each rule of docs/spec/formats, "The native transaction", sits:
//   - Decode: canonical RLP, the number of fields, widths, the limits of this package, and after that everything that
//     Check refuses. Signatures are opaque to it, so that a new scheme changes nothing here.
//   - Check, which needs no chain: lane, nonce and last height, prices, calls, payer, which signatures there are.
//   - Family.Decode: that the transaction is for this chain, by its identity.
//   - Family.Verify and Family.VerifyBatch: the signatures, and that each is by the account that it stands for.
//   - Elsewhere, because they need a chain's state: limits of genesis, lanes, windows, balances, initcode size.
//
// Invariants:
//   - What Decode accepts, Encode writes back unchanged.
//   - The id covers every field but the signatures: signing the same content again gives the same id.
//   - Sender and payer sign the same digest, which names the chain, both accounts and who pays.
//   - The verdict of VerifyBatch on a transaction is that of Verify.
//   - A decoded Transaction aliases its input: the caller hands it over and does not change it any more.
//
// The package names no algorithm: the chain's crypto.Suite is handed to it.
package native

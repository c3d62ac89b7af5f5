import { bytesToHex, hexToBytes, stringToBytes, type Address, type Hex } from 'viem'

import { nativeContent, serializeNative } from './envelope.ts'
import { NativeError } from './errors.ts'
import { fixed } from './fields.ts'
import { encode } from './rlp.ts'
import type { NativeMessage, NativeSigner } from './signers.ts'
import type { Suite } from './suite.ts'
import type { NativeSignature, NativeTransaction } from './transaction.ts'

/** nativeId returns the id that the chain knows the transaction by; sender and payer sign it. */
export function nativeId(t: NativeTransaction, suite: Suite): Hex {
  return bytesToHex(suite.hash(preimage(t)))
}

/** nativeWireHash returns the hash of the whole envelope; nobody signs it. */
export function nativeWireHash(t: NativeTransaction, suite: Suite): Hex {
  return bytesToHex(suite.hash(hexToBytes(serializeNative(t))))
}

/** signNative returns a copy that the sender has signed. */
export async function signNative(t: NativeTransaction, signer: NativeSigner, suite: Suite): Promise<NativeTransaction> {
  return { ...t, signature: await sign(t, t.from, signer, suite) }
}

/** signNativeAsPayer returns a copy that the payer has signed, before or after the sender. */
export async function signNativeAsPayer(t: NativeTransaction, signer: NativeSigner, suite: Suite): Promise<NativeTransaction> {
  if (t.payer === undefined) throw new NativeError('payer', 'it names no payer')
  return { ...t, payerSignature: await sign(t, t.payer, signer, suite) }
}

async function sign(t: NativeTransaction, account: Address, signer: NativeSigner, suite: Suite): Promise<NativeSignature> {
  const address = signer.address(suite)
  if (address.toLowerCase() !== account.toLowerCase()) throw new NativeError('account', `the key is that of ${address}, the transaction names ${account}`)
  const message: NativeMessage = { suite, preimage: preimage(t), digest: hexToBytes(nativeId(t, suite)) }
  return { scheme: signer.scheme, publicKey: signer.publicKey, signature: await signer.sign(message) }
}

// preimage is what the id is the hash of: rlp([domain, identity, kind, content]).
function preimage(t: NativeTransaction): Uint8Array {
  const content = nativeContent(t)
  return encode([stringToBytes('credibleledger/transaction/1'), fixed('identity', t.identity, 32), stringToBytes('native'), content])
}

// The rules that need no chain, in the order in which nodes check them.
import type { Address } from 'viem'

import { NativeError } from './errors.ts'
import { unorderedLane, type NativeSignature, type NativeTransaction } from './transaction.ts'

const maxCalls = 2 ** 16
const maxKeySize = 16 << 10
const maxSignatureSize = 64 << 10
const maxWord = 2n ** 256n - 1n

const sameAddress = (a: Address, b: Address) => a.toLowerCase() === b.toLowerCase()

/** checkContent refuses contents that no chain takes. */
export function checkContent(t: NativeTransaction): void {
  const fail = (code: ConstructorParameters<typeof NativeError>[0], message: string): never => {
    throw new NativeError(code, message)
  }
  if (/^0x0*$/.test(t.identity)) fail('chain', 'it names no chain; cl_chain answers with the identity')
  if (t.lane === unorderedLane && t.validUntil === 0n) fail('window', 'an unordered transaction needs validUntil')
  if (t.lane !== unorderedLane && t.nonce === 2n ** 64n - 1n) fail('nonce', 'the nonce is at its maximum')
  if (t.maxPriorityFeePerGas > t.maxFeePerGas) fail('tip', 'maxPriorityFeePerGas is higher than maxFeePerGas')
  if (t.gas * t.maxFeePerGas > maxWord) fail('gas-cost', 'gas × maxFeePerGas overflows 256 bits')
  if (t.payer !== undefined && sameAddress(t.payer, t.from)) fail('payer', 'the payer is the sender; leave it out')
  if (t.calls.length === 0 || t.calls.length > maxCalls) fail('calls', `it has ${t.calls.length} calls, want 1 to ${maxCalls}`)
  if (t.calls.length > 1 && t.calls.some((call) => call.to === undefined)) fail('creation', 'a creation must be the only call')
  if (t.calls.reduce((sum, call) => sum + call.value, 0n) > maxWord) fail('value', 'the values overflow 256 bits together')
}

/** checkSignatures refuses signatures that are missing, too many or out of bounds. */
export function checkSignatures(t: NativeTransaction): void {
  if (t.signature === undefined || (t.payerSignature === undefined) !== (t.payer === undefined)) {
    throw new NativeError('signature-count', 'want a signature of the sender, and one of the payer where there is one')
  }
  checkSignature('sender', t.signature)
  if (t.payerSignature !== undefined) checkSignature('payer', t.payerSignature)
}

function checkSignature(role: string, s: NativeSignature): void {
  const size = s.signature.length / 2 - 1
  if (s.scheme === 0 || s.publicKey.length / 2 - 1 > maxKeySize || size === 0 || size > maxSignatureSize) {
    throw new NativeError('signature-shape', `scheme, key or signature of the ${role} is out of its bounds`)
  }
}

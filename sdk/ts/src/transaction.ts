import type { AccessList, Address, Hex } from 'viem'

/** nativeType is the type byte of the family. */
export const nativeType = 0x43

/** unorderedLane is the lane without nonces; it needs validUntil. */
export const unorderedLane = 2n ** 64n - 1n

/** NativeCall is one step; without `to` it creates a contract and must be the only one. */
export type NativeCall = { to?: Address | undefined; value: bigint; input: Hex }

/** NativeSignature is a signature of one account. */
export type NativeSignature = {
  scheme: number
  /** '0x' where the signature yields the key (secp256k1). */
  publicKey: Hex
  signature: Hex
}

/** NativeTransaction has the fields of the envelope; docs/spec/formats says what each is. */
export type NativeTransaction = {
  identity: Hex
  from: Address
  lane: bigint
  nonce: bigint
  validUntil: bigint
  gas: bigint
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  calls: readonly NativeCall[]
  accessList: AccessList
  payer?: Address | undefined
  payload?: Hex | undefined
  signature?: NativeSignature | undefined
  payerSignature?: NativeSignature | undefined
}

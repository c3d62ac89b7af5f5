// The JSON form that SDKs exchange, of half-signed transactions too. It is never hashed.
import { numberToHex, type AccessList, type Address, type Hex } from 'viem'

import { NativeError } from './errors.ts'
import { nativeType, type NativeSignature, type NativeTransaction } from './transaction.ts'

type View = {
  type: Hex
  identity: Hex
  from: Address
  lane: Hex
  nonce: Hex
  validUntil: Hex
  gas: Hex
  maxFeePerGas: Hex
  maxPriorityFeePerGas: Hex
  calls: { to?: Address; value: Hex; input: Hex }[]
  accessList: AccessList
  payer?: Address
  payload?: Hex
  signature?: NativeSignature
  payerSignature?: NativeSignature
}

const integers = ['lane', 'nonce', 'validUntil', 'gas', 'maxFeePerGas', 'maxPriorityFeePerGas'] as const

/** nativeToJSON returns the JSON form as an object. */
export function nativeToJSON(t: NativeTransaction): View {
  const numbers = Object.fromEntries(integers.map((name) => [name, numberToHex(t[name])])) as Pick<View, (typeof integers)[number]>
  const { identity, from, accessList, payer, payload, signature, payerSignature } = t
  const calls = t.calls.map(({ to, value, input }) => ({ ...(to && { to }), value: numberToHex(value), input }))
  return {
    type: numberToHex(nativeType), identity, from, ...numbers, calls, accessList,
    ...(payer && { payer }), ...(payload && { payload }), ...(signature && { signature }), ...(payerSignature && { payerSignature }),
  }
}

/** nativeFromJSON reads the JSON form; serializeNative and signNative check what it says. */
export function nativeFromJSON(view: View): NativeTransaction {
  if (view.type !== numberToHex(nativeType)) throw new NativeError('unknown-type', `type ${view.type}, want ${numberToHex(nativeType)}`)
  const { type: _, ...rest } = view
  const numbers = Object.fromEntries(integers.map((name) => [name, quantity(name, view[name])])) as Pick<NativeTransaction, (typeof integers)[number]>
  return { ...rest, ...numbers, calls: view.calls.map(({ to, value, input }) => ({ to, value: quantity('value', value), input })) }
}

function quantity(name: string, text: Hex): bigint {
  if (!/^0x(0|[1-9a-f][0-9a-f]*)$/i.test(text)) throw new NativeError('malformed', `${name} is no quantity: ${text}`)
  return BigInt(text)
}

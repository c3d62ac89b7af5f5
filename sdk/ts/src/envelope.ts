import { bytesToHex, type Hex } from 'viem'

import { checkContent, checkSignatures } from './check.ts'
import { NativeError } from './errors.ts'
import { bytes, fixed, integer, optional, Reader } from './fields.ts'
import { decode, encode, join, type Item } from './rlp.ts'
import { nativeType, type NativeCall, type NativeSignature, type NativeTransaction } from './transaction.ts'

const maxWire = 16 << 20
const maxCalls = 2 ** 16

/** serializeNative returns the envelope of a signed transaction, for eth_sendRawTransaction. */
export function serializeNative(t: NativeTransaction): Hex {
  const fields = content(t)
  checkContent(t)
  checkSignatures(t)
  const signatures = [t.signature, t.payerSignature].filter((s) => s !== undefined).map(signatureItem)
  return bytesToHex(join([Uint8Array.of(nativeType), encode([...fields, signatures])]))
}

/** nativeContent returns what the id stands for: the list of all fields before the signatures. */
export function nativeContent(t: NativeTransaction): Uint8Array {
  const fields = content(t)
  checkContent(t)
  return encode(fields)
}

/** parseNative reads an envelope. It refuses every spelling but the one of serializeNative, and verifies no signature. */
export function parseNative(envelope: Hex): NativeTransaction {
  const raw = bytes('envelope', envelope)
  if (raw.length > maxWire) throw new NativeError('malformed', `it has ${raw.length} bytes, at most ${maxWire}`)
  if (raw.length > 0 && raw[0] !== nativeType) throw new NativeError('unknown-type', `the first byte is ${raw[0]}, want ${nativeType}`)
  const t = readFields(new Reader(decode(raw.subarray(1)), 'transaction'))
  checkContent(t)
  checkSignatures(t)
  return t
}

function content(t: NativeTransaction): Item[] {
  return [
    fixed('identity', t.identity, 32),
    fixed('from', t.from, 20),
    integer('lane', t.lane, 64),
    integer('nonce', t.nonce, 64),
    integer('validUntil', t.validUntil, 64),
    integer('gas', t.gas, 64),
    integer('maxFeePerGas', t.maxFeePerGas, 256),
    integer('maxPriorityFeePerGas', t.maxPriorityFeePerGas, 256),
    t.calls.map((call) => [
      call.to === undefined ? new Uint8Array() : fixed('to', call.to, 20),
      integer('value', call.value, 256),
      bytes('input', call.input),
    ]),
    t.accessList.map((entry) => [
      fixed('accessList address', entry.address, 20),
      entry.storageKeys.map((key) => fixed('accessList storageKey', key, 32)),
    ]),
    optional('payer', t.payer, 20),
    optional('payload', t.payload, 32),
  ]
}

function signatureItem(s: NativeSignature): Item {
  if (!Number.isSafeInteger(s.scheme)) throw new NativeError('malformed', 'scheme is no integer')
  return [integer('scheme', BigInt(s.scheme), 16), bytes('publicKey', s.publicKey), bytes('signature', s.signature)]
}

function readFields(r: Reader): NativeTransaction {
  const t: NativeTransaction = {
    identity: r.fixed('identity', 32),
    from: r.fixed('from', 20),
    lane: r.integer('lane', 64),
    nonce: r.integer('nonce', 64),
    validUntil: r.integer('validUntil', 64),
    gas: r.integer('gas', 64),
    maxFeePerGas: r.integer('maxFeePerGas', 256),
    maxPriorityFeePerGas: r.integer('maxPriorityFeePerGas', 256),
    calls: r.list('calls', maxCalls, readCall),
    accessList: r.list('accessList', maxWire, (item) => {
      const entry = new Reader(item, 'accessList entry')
      const address = entry.fixed('accessList address', 20)
      const storageKeys = entry.list('storageKeys', maxWire, (key) => bytesToHex(word(key)))
      entry.end()
      return { address, storageKeys }
    }),
    payer: r.optional('payer', 20),
    payload: r.optional('payload', 32),
  }
  const signatures = r.list('signatures', 2, readSignature)
  r.end()
  return { ...t, signature: signatures[0], payerSignature: signatures[1] }
}

function readCall(item: Item): NativeCall {
  const r = new Reader(item, 'call')
  const to = r.bytes('to')
  if (to !== '0x') fixed('to', to, 20)
  const call = { to: to === '0x' ? undefined : to, value: r.integer('value', 256), input: r.bytes('input') }
  r.end()
  return call
}

function readSignature(item: Item): NativeSignature {
  const r = new Reader(item, 'signature')
  const s = { scheme: Number(r.integer('scheme', 16)), publicKey: r.bytes('publicKey'), signature: r.bytes('signature') }
  r.end()
  if (s.scheme === 0 && s.publicKey === '0x' && s.signature === '0x') throw new NativeError('malformed', 'a signature is empty')
  return s
}

function word(item: Item): Uint8Array {
  if (!(item instanceof Uint8Array) || item.length !== 32) throw new NativeError('malformed', 'a storage key does not have 32 bytes')
  return item
}

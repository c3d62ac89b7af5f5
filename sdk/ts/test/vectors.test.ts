// The vectors of docs/spec/formats, which the Go code has made: the same bytes come out
// here, and what is refused there is refused here.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { bytesToHex, hexToBytes, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

import {
  addressOf, commitPayload, ed25519Signer, fromAccount, gm, nativeContent, nativeFromJSON, nativeId, nativeToJSON, nativeWireHash, openPayload, p256Signer,
  parseNative, schemes, serializeNative, signNative, signNativeAsPayer, standard, NativeError, type NativeSignature, type NativeSigner, type Suite,
} from '../src/index.ts'

type Vector = {
  name: string
  encoding: Hex
  native?: {
    suite: string
    secrets?: { sender: Hex; payer?: Hex }
    salt?: Hex
    body?: Hex
    transaction?: Parameters<typeof nativeFromJSON>[0]
    content?: Hex
    id?: Hex
    wire?: Hex
    error?: string
  }
}

const file = new URL('../../../docs/spec/formats/vectors.json', import.meta.url)
const vectors = (JSON.parse(readFileSync(file, 'utf8')) as Vector[]).filter((v) => v.native)
const good = vectors.filter((v) => !v.native!.error)
const refused = vectors.filter((v) => v.native!.error)

const suites: Record<string, Suite> = { standard, gm: gm((data) => new Uint8Array(createHash('sm3').update(data).digest())) }

// What only signatures or a chain can tell is a node's to refuse.
const beyond = ['chain', 'scheme', 'key', 'account', 'signature']

const signer = ({ scheme, publicKey, signature }: NativeSignature, secret: Hex): NativeSigner => {
  if (scheme === schemes.secp256k1) return fromAccount(privateKeyToAccount(secret))
  if (scheme === schemes.p256) return p256Signer(hexToBytes(secret))
  if (scheme === schemes.ed25519) return ed25519Signer(hexToBytes(secret))
  // SM2 is the caller's to bring; what it would sign is in the vector.
  return { scheme, publicKey, address: (suite) => addressOf(suite, scheme, hexToBytes(publicKey)), sign: async () => signature }
}

test('the vectors are there', () => {
  assert.ok(good.length >= 27 && refused.length >= 36, `${good.length} and ${refused.length} vectors`)
})

for (const { name, encoding, native } of good) {
  const suite = suites[native!.suite]!
  test(`${name} is written and read as in Go`, () => {
    const transaction = nativeFromJSON(native!.transaction!)
    assert.equal(serializeNative(transaction), encoding)
    assert.equal(bytesToHex(nativeContent(transaction)), native!.content)
    assert.equal(nativeId(transaction, suite), native!.id)
    assert.equal(nativeWireHash(transaction, suite), native!.wire)
    assert.deepEqual(nativeToJSON(parseNative(encoding)), native!.transaction)
  })

  test(`${name} is signed as in Go`, async () => {
    const signed = nativeFromJSON(native!.transaction!)
    const { signature, payerSignature, ...content } = signed
    let again = await signNative(content, signer(signature!, native!.secrets!.sender), suite)
    if (native!.secrets!.payer) again = await signNativeAsPayer(again, signer(payerSignature!, native!.secrets!.payer), suite)
    assert.equal(serializeNative(again), encoding)
  })

  if (native!.salt) {
    test(`${name} opens`, () => {
      const { payload } = parseNative(encoding)
      assert.equal(commitPayload(native!.salt!, native!.body!, suite), payload)
      openPayload(payload!, native!.salt!, native!.body!, suite)
      assert.throws(() => openPayload(payload!, native!.salt!, '0x00', suite), { code: 'payload' })
    })
  }
}

for (const { name, encoding, native } of refused) {
  test(`${name} (${native!.error})`, () => {
    if (beyond.includes(native!.error!)) return assert.equal(serializeNative(parseNative(encoding)), encoding)
    assert.throws(() => parseNative(encoding), (err: unknown) => err instanceof NativeError && err.code === native!.error)
  })
}

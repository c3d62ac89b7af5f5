import assert from 'node:assert/strict'
import { test } from 'node:test'

import { p256 } from '@noble/curves/p256'
import { ed25519 } from '@noble/curves/ed25519'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

import {
  fromAccount, gm, nativeFromJSON, nativeId, nativeToJSON, NativeError, parseNative, serializeNative, signNative, signNativeAsPayer, standard,
  unorderedLane, webCryptoSigner, type NativeTransaction,
} from '../src/index.ts'

const plain = (from: Address): NativeTransaction => ({
  identity: `0x${'c1'.repeat(32)}`, from, lane: 0n, nonce: 3n, validUntil: 0n, gas: 50_000n, maxFeePerGas: 9n, maxPriorityFeePerGas: 2n,
  calls: [{ to: `0x${'71'.repeat(20)}`, value: 5n, input: '0x1234' }], accessList: [],
})

test('a P-256 key of WebCrypto signs what nodes verify', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const signer = await webCryptoSigner(pair)
  for (let i = 0n; i < 20n; i++) {
    const signed = await signNative({ ...plain(signer.address(standard)), nonce: i }, signer, standard)
    const { publicKey, signature } = parseNative(serializeNative(signed)).signature!
    const digest = hexToBytes(nativeId(signed, standard))
    const key = Uint8Array.of(4, ...hexToBytes(publicKey))
    assert.ok(p256.verify(hexToBytes(signature), digest, key, { lowS: true, prehash: false }))
  }
})

test('P-256 of WebCrypto is not for chains of the suite gm', async () => {
  const signer = await webCryptoSigner(await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']))
  const suite = gm((data) => standard.hash(data))
  await assert.rejects(signNative(plain(signer.address(suite)), signer, suite), { code: 'scheme' })
})

test('an Ed25519 key of WebCrypto signs what nodes verify', async () => {
  const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  const signer = await webCryptoSigner(pair)
  const signed = await signNative(plain(signer.address(standard)), signer, standard)
  const { publicKey, signature } = signed.signature!
  assert.ok(ed25519.verify(hexToBytes(signature), hexToBytes(nativeId(signed, standard)), hexToBytes(publicKey)))
})

test('the payer may sign first, and nobody signs for another', async () => {
  const sender = privateKeyToAccount(generatePrivateKey())
  const payer = privateKeyToAccount(generatePrivateKey())
  const content = { ...plain(sender.address), payer: payer.address }
  const half = await signNativeAsPayer(content, fromAccount(payer), standard)
  assert.throws(() => serializeNative(half), { code: 'signature-count' })
  const signed = await signNative(nativeFromJSON(nativeToJSON(half)), fromAccount(sender), standard)
  assert.equal(nativeId(parseNative(serializeNative(signed)), standard), nativeId(content, standard))
  await assert.rejects(signNative(content, fromAccount(payer), standard), { code: 'account' })
  await assert.rejects(signNativeAsPayer(content, fromAccount(sender), standard), { code: 'account' })
  await assert.rejects(signNativeAsPayer({ ...content, payer: sender.address }, fromAccount(sender), standard), { code: 'payer' })
})

test('no cut, longer or changed envelope is read as another', async () => {
  const account = privateKeyToAccount(generatePrivateKey())
  const raw = hexToBytes(serializeNative(await signNative(plain(account.address), fromAccount(account), standard)))
  const read = (bytes: Uint8Array): Hex | undefined => {
    try {
      return serializeNative(parseNative(bytesToHex(bytes)))
    } catch (err) {
      assert.ok(err instanceof NativeError, String(err))
    }
  }
  for (let end = 0; end < raw.length; end++) assert.equal(read(raw.subarray(0, end)), undefined)
  assert.equal(read(Uint8Array.of(...raw, 0)), undefined)
  for (let bit = 0; bit < raw.length * 8; bit++) {
    const changed = raw.slice()
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.ok([undefined, bytesToHex(changed)].includes(read(changed)), `bit ${bit} is written in another way`)
  }
})

test('a thousand calls go into one', async () => {
  const account = privateKeyToAccount(generatePrivateKey())
  const calls = Array.from({ length: 1000 }, (_, i) => ({ to: `0x${i.toString(16).padStart(40, '0')}` as Address, value: BigInt(i), input: '0x' as Hex }))
  const content = { ...plain(account.address), lane: unorderedLane, validUntil: 9n, calls }
  const signed = await signNative(content, fromAccount(account), standard)
  assert.deepEqual(parseNative(serializeNative(signed)).calls, calls)
})

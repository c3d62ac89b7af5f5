import { ed25519 } from '@noble/curves/ed25519'
import { p256 } from '@noble/curves/p256'
import { bytesToHex, hexToBytes, type Address, type Hex, type LocalAccount } from 'viem'

import { NativeError } from './errors.ts'
import { addressOf, schemes, type Suite } from './suite.ts'

/** NativeMessage is what a signer signs: the digest, and what it is the hash of, for signers that hash themselves. */
export type NativeMessage = { suite: Suite; digest: Uint8Array; preimage: Uint8Array }

/** NativeSigner is a key of any scheme, in memory, in a token or behind a service. */
export type NativeSigner = {
  scheme: number
  /** '0x' where the signature yields the key. */
  publicKey: Hex
  address(suite: Suite): Address
  sign(message: NativeMessage): Promise<Hex>
}

/** fromAccount signs with a local account of viem (secp256k1). */
export function fromAccount(account: Pick<LocalAccount, 'address' | 'sign'>): NativeSigner {
  return {
    scheme: schemes.secp256k1,
    publicKey: '0x',
    address: () => account.address,
    async sign({ digest }) {
      if (!account.sign) throw new NativeError('scheme', 'the account cannot sign a digest')
      const signature = hexToBytes(await account.sign({ hash: bytesToHex(digest) }))
      signature[64]! -= signature[64]! >= 27 ? 27 : 0 // viem gives Ethereum's v, the envelope has the parity
      return bytesToHex(signature)
    },
  }
}

/** ed25519Signer signs with the 32-byte seed of an Ed25519 key. */
export function ed25519Signer(seed: Uint8Array): NativeSigner {
  const sign = async ({ digest }: NativeMessage) => bytesToHex(ed25519.sign(digest, seed))
  return keyed(schemes.ed25519, ed25519.getPublicKey(seed), sign)
}

/** p256Signer signs with the 32-byte secret of a P-256 key; its signatures are deterministic. */
export function p256Signer(secret: Uint8Array): NativeSigner {
  const sign = async ({ digest }: NativeMessage) => bytesToHex(p256.sign(digest, secret, { lowS: true, prehash: false }).toCompactRawBytes())
  return keyed(schemes.p256, p256.getPublicKey(secret, false).subarray(1), sign)
}

/** webCryptoSigner signs with a key of WebCrypto, which may never leave it: Ed25519, or ECDSA on P-256 on chains of the suite standard. */
export async function webCryptoSigner(pair: CryptoKeyPair): Promise<NativeSigner> {
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const { name, namedCurve } = pair.privateKey.algorithm as EcKeyAlgorithm
  if (name === 'Ed25519') {
    return keyed(schemes.ed25519, raw, async ({ digest }) => signed(await crypto.subtle.sign('Ed25519', pair.privateKey, copy(digest))))
  }
  if (name !== 'ECDSA' || namedCurve !== 'P-256') throw new NativeError('scheme', `WebCrypto's ${name} ${namedCurve ?? ''} is no scheme here`)
  return keyed(schemes.p256, raw.subarray(1), async ({ suite, preimage }) => {
    // WebCrypto hashes by itself, so that it can only sign what is a SHA-256 digest.
    if (suite.name !== 'standard') throw new NativeError('scheme', `P-256 is not part of suite ${suite.name}`)
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, copy(preimage))
    return bytesToHex(p256.Signature.fromCompact(new Uint8Array(signature)).normalizeS().toCompactRawBytes())
  })
}

function keyed(scheme: number, publicKey: Uint8Array, sign: NativeSigner['sign']): NativeSigner {
  return { scheme, publicKey: bytesToHex(publicKey), address: (suite) => addressOf(suite, scheme, publicKey), sign }
}

const signed = (signature: ArrayBuffer) => bytesToHex(new Uint8Array(signature))

// copy gives WebCrypto bytes in a buffer of their own.
const copy = (data: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(data)

import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex, keccak256, type Address } from 'viem'

/** schemes are the numbers of docs/spec/formats. */
export const schemes = { secp256k1: 1, p256: 2, ed25519: 3, sm2: 4 } as const

/** Suite is a chain's choice of algorithms, as far as transactions need it; cl_chain answers with its name. */
export type Suite = {
  name: string
  /** hash is the chain's hash function, of 32 bytes. */
  hash(data: Uint8Array): Uint8Array
  /** addressHash is the hash of the address rule for all schemes but secp256k1. */
  addressHash(data: Uint8Array): Uint8Array
}

const keccak = (data: Uint8Array) => keccak256(data, 'bytes')

/** standard is the suite of the international algorithms: SHA-256. */
export const standard: Suite = { name: 'standard', hash: (data) => sha256(data), addressHash: keccak }

/** gm is the suite of the Chinese national algorithms over an SM3 of the caller's, such as node:crypto's. */
export function gm(sm3: (data: Uint8Array) => Uint8Array): Suite {
  return { name: 'gm', hash: sm3, addressHash: sm3 }
}

/** addressOf returns the account of a public key; secp256k1 keys are X‖Y, as all ECDSA keys here. */
export function addressOf(suite: Suite, scheme: number, publicKey: Uint8Array): Address {
  if (scheme === schemes.secp256k1) return bytesToHex(keccak(publicKey).subarray(12))
  const numbered = new Uint8Array(2 + publicKey.length)
  numbered.set([scheme >> 8, scheme & 0xff])
  numbered.set(publicKey, 2)
  return bytesToHex(suite.addressHash(numbered).subarray(12))
}

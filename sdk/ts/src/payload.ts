import { bytesToHex, hexToBytes, stringToBytes, type Hex } from 'viem'

import { NativeError } from './errors.ts'
import { fixed } from './fields.ts'
import { join } from './rlp.ts'
import type { Suite } from './suite.ts'

/** newSalt returns 32 random bytes; a salt is used once. */
export function newSalt(): Hex {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
}

/** commitPayload returns the commitment to data that travel beside the chain, for the field payload. */
export function commitPayload(salt: Hex, body: Hex, suite: Suite): Hex {
  return bytesToHex(suite.hash(join([stringToBytes('credibleledger/payload/1'), fixed('salt', salt, 32), hexToBytes(body)])))
}

/** openPayload refuses a salt and a body that are not those of the commitment. */
export function openPayload(commitment: Hex, salt: Hex, body: Hex, suite: Suite): void {
  const have = commitPayload(salt, body, suite)
  if (have !== commitment.toLowerCase()) throw new NativeError('payload', `salt and body give ${have}, the commitment is ${commitment}`)
}

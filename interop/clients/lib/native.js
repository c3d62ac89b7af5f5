// Native transactions, made by sdk/ts, for clients that carry them unread. As a program
// it prints one: node --experimental-strip-types lib/native.js URL KEY TO…
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'

import { privateKeyToAccount } from 'viem/accounts'

import { fromAccount, gm, nativeId, serializeNative, signNative, standard } from '../../../sdk/ts/src/index.ts'
import { rpc } from './chain.js'

const suites = { standard, gm: gm((data) => new Uint8Array(createHash('sm3').update(data).digest())) }

/** cryptoOf returns the suite of a chain as the SDK has it. */
export const cryptoOf = async (chain) => suites[(await rpc(chain, 'cl_chain')).crypto]

/** signerOf returns the signer of a funded account. */
export const signerOf = ({ privateKey }) => fromAccount(privateKeyToAccount(privateKey))

/** bundle signs a transaction that pays the accounts to 1, 2, 3… wei, and returns {raw, hash, from}. */
export async function bundle(chain, signer, to) {
  const suite = await cryptoOf(chain)
  const from = signer.address(suite)
  const content = {
    identity: (await rpc(chain, 'cl_chain')).identity, from, lane: 0n, nonce: BigInt(await rpc(chain, 'eth_getTransactionCount', from, 'pending')),
    validUntil: 0n, gas: 200_000n, maxFeePerGas: BigInt(await rpc(chain, 'eth_gasPrice')), maxPriorityFeePerGas: 0n,
    calls: to.map((address, i) => ({ to: address, value: BigInt(i + 1), input: '0x' })), accessList: [],
  }
  const signed = await signNative(content, signer, suite)
  return { raw: serializeNative(signed), hash: nativeId(signed, suite), from }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , url, privateKey, ...to] = process.argv
  console.log(JSON.stringify(await bundle({ url }, signerOf({ privateKey }), to)))
}

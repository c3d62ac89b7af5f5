// Native transactions: the client carries the bytes unread and then reads the whole
// block, the transaction and its receipt like any of Ethereum's. On a chain of the suite
// standard the second sender has a key that Ethereum does not know.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'

import { ed25519Signer } from '../../../sdk/ts/src/index.ts'
import { included } from '../lib/chain.js'
import { bundle, cryptoOf, signerOf } from '../lib/native.js'
import { same } from './same.js'

const someone = () => `0x${randomBytes(20).toString('hex')}`

export async function native(client) {
  const { chain } = client
  const rich = signerOf(chain.accounts[0])
  await carried(client, rich, [someone(), someone(), someone()])
  if (chain.suite !== 'standard') return
  const stranger = ed25519Signer(randomBytes(32))
  await client.transfer(0, stranger.address(await cryptoOf(chain)), 10n ** 18n)
  await carried(client, stranger, [someone(), someone()])
}

// carried sends a bundle by the client and looks at all that it then reads.
async function carried(client, signer, to) {
  const { raw, hash, from } = await bundle(client.chain, signer, to)
  const nonce = await client.nonce(from)
  same(await client.sendRaw(raw), hash)
  await included(client.chain, hash)

  const receipt = await client.receipt(hash)
  same(receipt.hash, hash)
  same(receipt.from, from)
  assert.equal(receipt.status, true)
  assert.equal(receipt.type, 2, 'shown as a kind that clients know')
  const block = await client.block(receipt.blockNumber)
  const shown = block.transactions.find((t) => t.hash === hash)
  assert.ok(shown, 'the block holds it')
  same(shown.from, from)
  const sent = await client.transaction(hash)
  same(sent.hash, hash)
  same(sent.from, from)
  assert.equal(sent.nonce, nonce)
  assert.deepEqual(await Promise.all(to.map((address) => client.balance(address))), to.map((_, i) => BigInt(i + 1)))
  assert.equal(await client.nonce(from), nonce + 1n)
}

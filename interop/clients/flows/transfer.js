// Value from one account to another, in two kinds of transaction.
import assert from 'node:assert/strict'

import { same } from './same.js'

export async function transfer(client) {
  const [from, to] = client.accounts
  const [before, nonce] = [await client.balance(to), await client.nonce(from)]

  const receipt = await client.transfer(0, to, 10n ** 18n)
  assert.equal(receipt.status, true)
  assert.equal(receipt.type, 2)
  assert.equal(receipt.gasUsed, 21_000n)
  const legacy = await client.transfer(0, to, 7n, 'legacy')
  assert.equal(legacy.status, true)
  assert.equal(legacy.type, 0)

  const sent = await client.transaction(receipt.hash)
  same(sent.from, from)
  same(sent.to, to)
  assert.equal(sent.value, 10n ** 18n)
  const block = await client.block(receipt.blockNumber)
  assert.deepEqual(block.transactions.map((t) => t.hash), [receipt.hash])
  const next = await client.block(receipt.blockNumber + 1n)
  assert.equal(next.parentHash, block.hash)

  assert.equal(await client.balance(to, receipt.blockNumber - 1n), before, 'the state before, kept in history')
  assert.equal(await client.balance(to), before + 10n ** 18n + 7n)
  assert.equal(await client.nonce(from), nonce + 2n)
}

// Logs by address, event, indexed argument and range, and by polled filters.
import assert from 'node:assert/strict'

import { deployToken } from './erc20.js'

export async function logs(client) {
  const [owner, friend, other] = client.accounts
  const token = await deployToken(client, 'Logs')
  const heights = []
  for (const [to, value] of [[friend, 1n], [other, 2n], [friend, 4n]]) {
    heights.push((await client.write(0, token, 'transfer', [to, value])).blockNumber)
  }

  const all = await client.logs(token, 'Transfer', { from: heights[0] })
  assert.deepEqual(all.map((log) => log.args[2]), [1n, 2n, 4n])
  assert.deepEqual(all.map((log) => log.blockNumber), heights)
  const received = await client.logs(token, 'Transfer', { args: [owner, friend] })
  assert.deepEqual(received.map((log) => log.args[2]), [1n, 4n])
  const some = await client.logs(token, 'Transfer', { from: heights[1], to: heights[1] })
  assert.deepEqual(some.map((log) => log.args[1]), [other.toLowerCase()])

  const filter = await client.filter(token, 'Transfer')
  assert.deepEqual(await filter.changes(), [])
  await client.write(0, token, 'transfer', [friend, 8n])
  assert.deepEqual((await filter.changes()).map((log) => log.args), [[owner.toLowerCase(), friend.toLowerCase(), 8n]])
  assert.deepEqual(await filter.changes(), [], 'each change once')
  await filter.stop()
  assert.equal(await client.read(token, 'balanceOf', [friend]), 13n)
}

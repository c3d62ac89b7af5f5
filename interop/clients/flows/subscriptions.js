// Subscriptions over WebSocket: new blocks, logs, and transactions that wait.
import assert from 'node:assert/strict'

import { deployToken } from './erc20.js'

export async function subscriptions(client) {
  const [owner, friend] = client.accounts
  const token = await deployToken(client, 'Live')
  const [heads, logs, pending] = [inbox(), inbox(), inbox()]
  const stops = [
    await client.subscribe('newHeads', {}, heads.put),
    await client.subscribe('logs', { contract: token, event: 'Transfer' }, logs.put),
    await client.subscribe('newPendingTransactions', {}, pending.put),
  ]
  const receipt = await client.write(0, token, 'transfer', [friend, 3n])
  await heads.until((head) => head.number === receipt.blockNumber)
  await pending.until(({ hash }) => hash === receipt.hash)
  const log = await logs.until(() => true)
  for (const stop of stops) await stop()
  assert.deepEqual(log.args, [owner.toLowerCase(), friend.toLowerCase(), 3n])
  assert.equal(await client.read(token, 'balanceOf', [friend]), log.args[2])
}

// inbox keeps what arrives, so that a test can wait for it before or after.
function inbox() {
  const items = []
  let wake = () => {}
  return {
    put(item) {
      items.push(item)
      wake()
    },
    async until(wanted) {
      for (;;) {
        const found = items.find(wanted)
        if (found) return found
        await new Promise((resolve) => { wake = resolve })
      }
    },
  }
}

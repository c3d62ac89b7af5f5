import assert from 'node:assert/strict'

import { openMetaMask } from '../clients/metamask.js'
import { deployToken } from '../flows/erc20.js'
import { runMatrix } from '../lib/suite.js'

// heads follows the chain as the wallet does: its block tracker asks for it.
async function heads(client) {
  const [, friend] = client.accounts
  const token = await deployToken(client, 'Live')
  const { blockNumber } = await client.write(0, token, 'transfer', [friend, 3n])
  const seen = await client.nextHead()
  assert.ok(seen >= blockNumber, `the tracker saw ${seen}`)
  assert.equal(await client.read(token, 'balanceOf', [friend]), 3n)
}

runMatrix('metamask', openMetaMask, { subscriptions: heads })

// EIP-7702: an account takes code by an authorisation that another account pays for.
import assert from 'node:assert/strict'

import { artifact } from '../lib/artifacts.js'
import { deployToken, unit } from './erc20.js'
import { eventOf, same } from './same.js'

export async function delegation(client) {
  const [, friend] = client.accounts
  const authority = client.accounts[3]
  const token = await deployToken(client, 'Batch')
  const batch = await client.deploy(0, artifact('Batch'))
  await client.write(0, token, 'transfer', [authority, 10n * unit])

  const receipt = await client.delegate({ authority: 3, sponsor: 0, to: batch.address })
  assert.equal(receipt.status, true)
  assert.equal(receipt.type, 4)
  same(await client.code(authority), '0xef0100' + batch.address.slice(2))
  assert.equal((await client.transaction(receipt.hash)).type, 4)

  const account = { ...batch, address: authority }
  const call = async (value) => ({ to: token.address, value: 0n, data: await client.encode(token, 'transfer', [friend, value]) })
  const calls = [await call(unit), await call(2n * unit)]
  assert.equal(await client.refusal(1, account, 'execute', [calls]), 'Stranger')
  const executed = await client.write(3, account, 'execute', [calls])
  assert.deepEqual((await eventOf(client, account, executed, 'Executed')).args, [authority.toLowerCase(), 2n])
  assert.equal(await client.read(token, 'balanceOf', [friend]), 3n * unit)

  await client.delegate({ authority: 3, sponsor: 0 })
  assert.equal(await client.code(authority), '0x', 'the delegation is taken back')
}

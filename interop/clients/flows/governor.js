// OpenZeppelin's Governor: a proposal, a vote counted by blocks, and its execution.
import assert from 'node:assert/strict'

import { keccak256, toUtf8Bytes } from 'ethers'

import { artifact } from '../lib/artifacts.js'
import { deployToken } from './erc20.js'
import { eventOf } from './same.js'

const [pending, active, succeeded, executed] = [0n, 1n, 4n, 7n]

export async function governor(client) {
  const [owner] = client.accounts
  const token = await deployToken(client, 'Votes')
  const council = await client.deploy(0, artifact('Council'), [token.address])
  const vault = await client.deploy(0, artifact('Vault'), [council.address])
  await client.write(0, token, 'delegate', [owner])
  assert.equal(await client.refusal(0, vault, 'store', [1n]), 'OwnableUnauthorizedAccount')

  const effect = [[vault.address], [0n], [await client.encode(vault, 'store', [42n])]]
  const proposed = await client.write(0, council, 'propose', [...effect, 'store 42'])
  const { args: [id] } = await eventOf(client, council, proposed, 'ProposalCreated')
  await pass(client, council, id, pending)
  await client.write(0, council, 'castVote', [id, 1])
  await pass(client, council, id, active)
  assert.equal(await client.read(council, 'state', [id]), succeeded)
  await client.write(0, council, 'execute', [...effect, keccak256(toUtf8Bytes('store 42'))])
  assert.equal(await client.read(council, 'state', [id]), executed)
  assert.equal(await client.read(vault, 'number'), 42n)
}

// pass makes blocks until a proposal is in another state than this one: with what
// chains of development have for it, elsewhere by transfers.
async function pass(client, council, id, state) {
  while ((await client.read(council, 'state', [id])) === state) {
    if (client.chain.development) await client.request('evm_mine', [])
    else await client.transfer(1, client.accounts[1], 0n)
  }
}

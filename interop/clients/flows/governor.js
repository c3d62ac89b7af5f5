// OpenZeppelin's Governor: a proposal, a vote counted by blocks, and its execution.
import assert from 'node:assert/strict'

import { keccak256, toUtf8Bytes } from 'ethers'

import { artifact } from '../lib/artifacts.js'
import { deployToken } from './erc20.js'
import { eventOf } from './same.js'

const [succeeded, executed] = [4n, 7n]

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
  await mine(client, 2)
  await client.write(0, council, 'castVote', [id, 1])
  await mine(client, 6)
  assert.equal(await client.read(council, 'state', [id]), succeeded)
  await client.write(0, council, 'execute', [...effect, keccak256(toUtf8Bytes('store 42'))])
  assert.equal(await client.read(council, 'state', [id]), executed)
  assert.equal(await client.read(vault, 'number'), 42n)
}

async function mine(client, blocks) {
  for (let i = 0; i < blocks; i++) await client.request('evm_mine', [])
}

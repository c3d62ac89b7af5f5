// OpenZeppelin's ERC-721: minting, metadata, approval, and safe transfer to a contract.
import assert from 'node:assert/strict'

import { artifact } from '../lib/artifacts.js'
import { eventOf, same } from './same.js'

export async function erc721(client) {
  const [owner, friend, agent] = client.accounts
  const collectible = await client.deploy(0, artifact('Collectible'))
  const vault = await client.deploy(0, artifact('Vault'), [owner])

  const minted = await client.write(0, collectible, 'mint', [friend, 'ipfs://one'])
  const { args } = await eventOf(client, collectible, minted, 'Transfer')
  assert.deepEqual(args, ['0x' + '0'.repeat(40), friend.toLowerCase(), 1n])
  assert.equal(await client.read(collectible, 'tokenURI', [1n]), 'ipfs://one')

  assert.equal(await client.refusal(2, collectible, 'transferFrom', [friend, agent, 1n]), 'ERC721InsufficientApproval')
  await client.write(1, collectible, 'approve', [agent, 1n])
  await client.write(2, collectible, 'safeTransferFrom(address,address,uint256)', [friend, vault.address, 1n])
  same(await client.read(collectible, 'ownerOf', [1n]), vault.address)
  assert.equal(await client.read(collectible, 'balanceOf', [friend]), 0n)
}

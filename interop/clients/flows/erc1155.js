// OpenZeppelin's ERC-1155: batches of tokens, to an account and to a contract.
import assert from 'node:assert/strict'

import { artifact } from '../lib/artifacts.js'

export async function erc1155(client) {
  const [owner, friend] = client.accounts
  const items = await client.deploy(0, artifact('Items'), ['ipfs://{id}'])
  const vault = await client.deploy(0, artifact('Vault'), [owner])

  await client.write(0, items, 'mintBatch', [owner, [1n, 2n, 3n], [10n, 20n, 30n]])
  await client.write(0, items, 'safeBatchTransferFrom', [owner, vault.address, [1n, 3n], [4n, 5n], '0x'])
  await client.write(0, items, 'safeTransferFrom', [owner, friend, 2n, 7n, '0x1234'])
  assert.equal(await client.refusal(1, items, 'safeTransferFrom', [friend, owner, 2n, 8n, '0x']), 'ERC1155InsufficientBalance')

  const holders = [owner, owner, owner, vault.address, vault.address, friend]
  assert.deepEqual(await client.read(items, 'balanceOfBatch', [holders, [1n, 2n, 3n, 1n, 3n, 2n]]), [6n, 13n, 25n, 4n, 5n, 7n])
}

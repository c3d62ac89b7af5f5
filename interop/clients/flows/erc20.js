// OpenZeppelin's ERC-20: transfers, an allowance, a refusal, and an EIP-2612 permit.
import assert from 'node:assert/strict'

import { artifact } from '../lib/artifacts.js'
import { eventOf, same } from './same.js'

export const unit = 10n ** 18n

export const deployToken = (client, name = 'Matrix') => client.deploy(0, artifact('Token'), [name, 'MTX', 1_000_000n * unit])

export async function erc20(client) {
  const token = await deployToken(client)
  const [owner, friend, spender] = client.accounts
  assert.equal(await client.read(token, 'name'), 'Matrix')

  const receipt = await client.write(0, token, 'transfer', [friend, 5n * unit])
  const { args } = await eventOf(client, token, receipt, 'Transfer')
  assert.deepEqual(args, [owner.toLowerCase(), friend.toLowerCase(), 5n * unit])
  await client.write(1, token, 'approve', [spender, 2n * unit])
  await client.write(2, token, 'transferFrom', [friend, spender, unit])
  assert.equal(await client.read(token, 'allowance', [friend, spender]), unit)
  assert.equal(await client.refusal(1, token, 'transfer', [owner, 100n * unit]), 'ERC20InsufficientBalance')

  await permit(client, token)
  assert.equal(await client.read(token, 'balanceOf', [friend]), 4n * unit)
  assert.equal(await client.read(token, 'balanceOf', [spender]), unit)
  assert.equal(await client.read(token, 'totalSupply'), 1_000_000n * unit)
}

// permit gives an allowance by signature; another account carries it.
async function permit(client, token) {
  const [owner, , spender] = client.accounts
  const message = { owner, spender, value: 3n * unit, nonce: 0n, deadline: 10n ** 12n }
  const signature = await client.signTyped(0, {
    domain: { name: 'Matrix', version: '1', chainId: client.chainId, verifyingContract: token.address },
    types: {
      Permit: [
        { name: 'owner', type: 'address' }, { name: 'spender', type: 'address' }, { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' }, { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message,
  })
  const [r, s, v] = [signature.slice(0, 66), '0x' + signature.slice(66, 130), parseInt(signature.slice(130), 16)]
  await client.write(1, token, 'permit', [owner, spender, message.value, message.deadline, v, r, s])
  assert.equal(await client.read(token, 'allowance', [owner, spender]), message.value)
  same(await client.code(client.accounts[1]), '0x')
}

// Safe 1.5 as published: a proxy with three owners, of whom two must sign.
import assert from 'node:assert/strict'

import { artifact } from '../lib/artifacts.js'
import { eventOf, same } from './same.js'

const nobody = '0x' + '0'.repeat(40)

const types = {
  SafeTx: [
    { name: 'to', type: 'address' }, { name: 'value', type: 'uint256' }, { name: 'data', type: 'bytes' }, { name: 'operation', type: 'uint8' },
    { name: 'safeTxGas', type: 'uint256' }, { name: 'baseGas', type: 'uint256' }, { name: 'gasPrice', type: 'uint256' },
    { name: 'gasToken', type: 'address' }, { name: 'refundReceiver', type: 'address' }, { name: 'nonce', type: 'uint256' },
  ],
}

export async function safe(client) {
  const owners = client.accounts.slice(0, 3)
  const singleton = await client.deploy(0, artifact('Safe'))
  const factory = await client.deploy(0, artifact('SafeProxyFactory'))
  const setup = await client.encode(singleton, 'setup', [owners, 2n, nobody, '0x', nobody, nobody, 0n, nobody])
  const created = await client.write(0, factory, 'createProxyWithNonce', [singleton.address, setup, 1n])
  const { args: [proxy] } = await eventOf(client, factory, created, 'ProxyCreation')
  const wallet = { ...singleton, address: proxy }
  assert.deepEqual(await client.read(wallet, 'getOwners'), owners.map((a) => a.toLowerCase()))
  await client.transfer(0, proxy, 10n ** 18n)

  const to = '0x00000000000000000000000000000000000c0ffe'
  const before = await client.balance(to)
  const message = {
    to, value: 123n, data: '0x', operation: 0, safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: nobody, refundReceiver: nobody, nonce: 0n,
  }
  const domain = { chainId: client.chainId, verifyingContract: proxy }
  const signers = [0, 1].sort((a, b) => (BigInt(owners[a]) < BigInt(owners[b]) ? -1 : 1))
  const signatures = []
  for (const i of signers) signatures.push((await client.signTyped(i, { domain, types, primaryType: 'SafeTx', message })).slice(2))
  const args = (joined) => [...Object.values(message).slice(0, -1), '0x' + joined]
  const receipt = await client.write(2, wallet, 'execTransaction', args(signatures.join('')))
  assert.equal((await eventOf(client, wallet, receipt, 'ExecutionSuccess')).name, 'ExecutionSuccess')
  same(await client.storage(proxy, 0), '0x' + singleton.address.slice(2).padStart(64, '0'))
  assert.equal(await client.read(wallet, 'nonce'), 1n)
  assert.equal(await client.balance(to), before + 123n)
}

// ERC-4337 EntryPoint 0.8 as published: an operation that makes its own account.
import assert from 'node:assert/strict'

import { artifact } from '../lib/artifacts.js'
import { eventOf, word } from './same.js'

const types = {
  PackedUserOperation: [
    { name: 'sender', type: 'address' }, { name: 'nonce', type: 'uint256' }, { name: 'initCode', type: 'bytes' },
    { name: 'callData', type: 'bytes' }, { name: 'accountGasLimits', type: 'bytes32' }, { name: 'preVerificationGas', type: 'uint256' },
    { name: 'gasFees', type: 'bytes32' }, { name: 'paymasterAndData', type: 'bytes' },
  ],
}

const pair = (high, low) => '0x' + word((high << 128n) | low)

export async function entrypoint(client) {
  const [, owner, beneficiary] = client.accounts
  const entry = await client.deploy(0, artifact('EntryPoint'))
  const factory = await client.deploy(0, artifact('SimpleAccountFactory'), [entry.address])
  const sender = await client.read(factory, 'getAddress', [owner, 9n])
  await client.transfer(0, sender, 10n ** 18n)
  assert.equal(await client.code(sender), '0x')

  const target = '0x000000000000000000000000000000000000beef'
  const before = await client.balance(target)
  const account = { ...artifact('SimpleAccount'), address: sender }
  const message = {
    sender, nonce: 0n, initCode: factory.address + (await client.encode(factory, 'createAccount', [owner, 9n])).slice(2),
    callData: await client.encode(account, 'execute', [target, 55n, '0x']),
    accountGasLimits: pair(600_000n, 200_000n), preVerificationGas: 60_000n, gasFees: pair(1n, 1n), paymasterAndData: '0x',
  }
  const domain = { name: 'ERC4337', version: '1', chainId: client.chainId, verifyingContract: entry.address }
  const signature = await client.signTyped(1, { domain, types, primaryType: 'PackedUserOperation', message })
  const receipt = await client.write(0, entry, 'handleOps', [[{ ...message, signature }], beneficiary], { gas: 3_000_000n })
  const { args } = await eventOf(client, entry, receipt, 'UserOperationEvent')
  assert.equal(args[4], true, 'the operation succeeded')
  assert.equal(args[1], sender.toLowerCase())
  assert.equal(await client.read(entry, 'getNonce', [sender, 0n]), 1n)
  assert.equal(await client.read(account, 'owner'), owner.toLowerCase())
  assert.equal(await client.balance(target), before + 55n)
}

// Native transactions, made by sdk/ts, on chains that a node runs.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'

import { createPublicClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

import {
  ed25519Signer, fromAccount, gm, nativeId, serializeNative, signNative, signNativeAsPayer, standard,
} from '../../../sdk/ts/src/index.ts'
import { rpc, servers } from '../lib/chain.js'

const crypto = { standard, gm: gm((data) => new Uint8Array(createHash('sm3').update(data).digest())) }
const someone = () => `0x${randomBytes(20).toString('hex')}`

for (const server of servers()) {
  describe(`native transactions on ${server.name}`, () => {
    const suite = crypto[server.suite]
    let chain, client, identity, rich
    before(async () => {
      chain = await server.start(0)
      client = createPublicClient({ transport: http(chain.url), pollingInterval: 50 })
      identity = (await rpc(chain, 'cl_chain')).identity
      rich = privateKeyToAccount(chain.accounts.at(-1).privateKey)
    })
    after(() => chain?.stop())

    // prepare fills in what a wallet would ask the chain for.
    const prepare = async (from, calls, more = {}) => ({
      identity, from, lane: 0n, nonce: BigInt(await client.getTransactionCount({ address: from })), validUntil: 0n,
      gas: 200_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 0n, calls, accessList: [], ...more,
    })
    const send = async (signed) => {
      const hash = await client.sendRawTransaction({ serializedTransaction: serializeNative(signed) })
      assert.equal(hash, nativeId(signed, suite), 'the chain knows it by the id')
      return client.waitForTransactionReceipt({ hash })
    }

    test(`a bundle pays two accounts on ${server.name}`, async () => {
      const [one, two] = [someone(), someone()]
      const content = await prepare(rich.address, [{ to: one, value: 5n, input: '0x' }, { to: two, value: 6n, input: '0x' }])
      const receipt = await send(await signNative(content, fromAccount(rich), suite))
      assert.equal(receipt.status, 'success')
      assert.equal(receipt.from.toLowerCase(), rich.address.toLowerCase())
      assert.deepEqual(await Promise.all([one, two].map((address) => client.getBalance({ address }))), [5n, 6n])
    })

    // The suite gm has no Ed25519.
    if (server.suite === 'standard') test(`a key that Ethereum does not know sends, and another account pays for gas, on ${server.name}`, async () => {
      const signer = ed25519Signer(randomBytes(32))
      const from = signer.address(suite)
      await send(await signNative(await prepare(rich.address, [{ to: from, value: 100n, input: '0x' }]), fromAccount(rich), suite))
      const to = someone()
      const content = await prepare(from, [{ to, value: 100n, input: '0x' }], { payer: rich.address })
      const half = await signNative(content, signer, suite)
      const receipt = await send(await signNativeAsPayer(half, fromAccount(rich), suite))
      assert.equal(receipt.status, 'success')
      assert.deepEqual(await Promise.all([from, to].map((address) => client.getBalance({ address }))), [0n, 100n])
    })

    test(`an envelope of another chain is refused on ${server.name}`, async () => {
      const content = await prepare(rich.address, [{ to: someone(), value: 1n, input: '0x' }], { identity: `0x${'77'.repeat(32)}` })
      const signed = await signNative(content, fromAccount(rich), suite)
      await assert.rejects(rpc(chain, 'eth_sendRawTransaction', serializeNative(signed)), /not for this chain/)
    })
  })
}

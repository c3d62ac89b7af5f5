// Runs the flows of one client on every server.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { flows as shared } from '../flows/index.js'
import { clients, networkOnly } from '../matrix.js'
import { rpc, servers } from './chain.js'

const flowLimit = 90_000

/**
 * runMatrix declares the tests of a client: one per flow and server that the
 * matrix gives it. open makes the client of a chain; own replaces single flows
 * where a client has a way of its own.
 */
export function runMatrix(name, open, own = {}) {
  const { ways = {}, reasons = {} } = clients[name]
  assert.deepEqual(Object.keys(own).sort(), Object.keys(ways).sort(), 'matrix.js names the flows that a client has a way of its own for')
  const openOn = async (chain) =>
    strict({ ...(await open(chain)), chain, chainId: chain.chainId, accounts: chain.accounts.map((a) => a.address) })
  for (const server of servers()) {
    describe(`${name} on ${server.name}`, () => {
      let chain
      let client
      const place = Object.keys(clients).indexOf(name)
      before(async () => {
        chain = await server.start(place)
        assert.equal((await rpc(chain, 'cl_chain')).crypto, server.suite)
        client = await openOn(chain)
        client.move = async (by, height) => openOn(await chain.node(place + by, height))
      })
      after(async () => {
        await client?.close()
        await chain?.stop()
      })
      for (const [flow, run] of Object.entries({ ...shared, ...own })) {
        if (reasons[flow] || (networkOnly.includes(flow) && !process.env.CREDIBLE_NETWORK)) continue
        test(`${name} ${flow} ${server.name}`, { timeout: flowLimit }, () => run(client))
      }
    })
  }
}

// strict makes a contract call that failed on the chain fail the test: not all
// clients throw then.
function strict(client) {
  const { write } = client
  return {
    ...client,
    async write(from, contract, name, ...rest) {
      const receipt = await write(from, contract, name, ...rest)
      assert.equal(receipt.status, true, `${name} failed on the chain in ${receipt.hash}, gas used ${receipt.gasUsed}`)
      return receipt
    },
  }
}

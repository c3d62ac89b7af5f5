// Runs the flows of one client on every suite.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { flows as shared } from '../flows/index.js'
import { clients } from '../matrix.js'
import { rpc, startChain, suites } from './chain.js'

const flowLimit = 90_000

/**
 * runMatrix declares the tests of a client: one per flow and suite that the
 * matrix gives it. open makes the client of a chain; own replaces single flows
 * where a client has a way of its own.
 */
export function runMatrix(name, open, own = {}) {
  const { ways = {}, reasons = {} } = clients[name]
  assert.deepEqual(Object.keys(own).sort(), Object.keys(ways).sort(), 'matrix.js names the flows that a client has a way of its own for')
  for (const suite of suites) {
    describe(`${name} on ${suite}`, () => {
      let chain
      let client
      before(async () => {
        chain = await startChain(suite)
        assert.equal((await rpc(chain, 'cl_chain')).crypto, suite)
        client = strict({ ...(await open(chain)), chain, chainId: chain.chainId, accounts: chain.accounts.map((a) => a.address) })
      })
      after(async () => {
        await client?.close()
        await chain?.stop()
      })
      for (const [flow, run] of Object.entries({ ...shared, ...own })) {
        if (reasons[flow]) continue
        test(`${name} ${flow} ${suite}`, { timeout: flowLimit }, () => run(client))
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

// debug_trace*: the call tree, the instructions and the changed state of a transaction.
import assert from 'node:assert/strict'

import { artifact } from '../lib/artifacts.js'
import { same, word } from './same.js'

export async function traces(client) {
  const [owner, stranger] = client.accounts
  const vault = await client.deploy(0, artifact('Vault'), [owner])
  const receipt = await client.write(0, vault, 'store', [7n])
  const input = await client.encode(vault, 'store', [7n])

  const tree = await client.request('debug_traceTransaction', [receipt.hash, { tracer: 'callTracer', tracerConfig: { withLog: true } }])
  assert.equal(tree.type, 'CALL')
  same(tree.to, vault.address)
  same(tree.input, input)
  assert.equal(BigInt(tree.gasUsed), receipt.gasUsed)
  assert.equal(tree.logs.length, 1)

  const steps = await client.request('debug_traceTransaction', [receipt.hash, {}])
  assert.equal(BigInt(steps.gas), receipt.gasUsed)
  assert.equal(steps.structLogs.filter((step) => step.op === 'SSTORE').length, 1)

  const call = { from: stranger, to: vault.address, data: input }
  const refused = await client.request('debug_traceCall', [call, 'latest', { tracer: 'callTracer' }])
  assert.equal(refused.error, 'execution reverted')
  const height = '0x' + receipt.blockNumber.toString(16)
  const whole = await client.request('debug_traceBlockByNumber', [height, { tracer: 'callTracer' }])
  assert.deepEqual(whole.map((one) => one.txHash), [receipt.hash])

  const diff = await client.request('debug_traceTransaction', [receipt.hash, { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }])
  const written = Object.entries(diff.post[vault.address.toLowerCase()].storage)
  assert.deepEqual(written.map(([, value]) => value), ['0x' + word(7n)])
  same(await client.storage(vault.address, written[0][0]), written[0][1])
}

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openFoundry, program, run } from '../clients/foundry.js'
import { deployToken, erc20 } from '../flows/erc20.js'
import { same } from '../flows/same.js'
import { traces } from '../flows/traces.js'
import { artifact, root } from '../lib/artifacts.js'
import { runMatrix } from '../lib/suite.js'

const amount = 12n * 10n ** 18n

// script deploys with `forge script --broadcast`, then cast uses what is there.
async function script(client) {
  const { chain, accounts: [owner, friend] } = client
  const broadcast = await mkdtemp(join(tmpdir(), 'forge-'))
  try {
    const args = ['script', 'forge/Deploy.s.sol:Deploy', '--sig', 'run(address,uint256)', friend, String(amount), '--broadcast', '--rpc-url', chain.url]
    await run(program('forge'), [...args, '--private-key', chain.accounts[0].privateKey], {
      cwd: root, env: { ...process.env, FOUNDRY_BROADCAST: broadcast, NO_COLOR: '1' },
    })
    const record = JSON.parse(await readFile(join(broadcast, 'Deploy.s.sol', String(chain.chainId), 'run-latest.json'), 'utf8'))
    assert.deepEqual(record.receipts.map((r) => r.status), ['0x1', '0x1', '0x1', '0x1'])
    const [token, vault] = [['Token', 0], ['Vault', 2]].map(([name, i]) => ({ ...artifact(name), address: record.transactions[i].contractAddress }))
    assert.equal(record.transactions[2].transactionType, 'CREATE2')
    same(await client.read(vault, 'owner'), owner)
    assert.equal(await client.read(vault, 'number'), amount)
    assert.equal(await client.read(token, 'balanceOf', [friend]), amount)
  } finally {
    await rm(broadcast, { recursive: true })
  }
  await erc20(client)
}

// replay runs a transaction again with `cast run`, which reads the state before it.
async function replay(client) {
  await traces(client)
  const token = await deployToken(client, 'Replay')
  const [, friend] = client.accounts
  await client.write(0, token, 'transfer', [friend, 1n])
  const receipt = await client.write(0, token, 'transfer', [friend, amount])
  const text = await client.cast('run', '--quick', receipt.hash)
  assert.match(text, /Transaction successfully executed/)
  assert.match(text, new RegExp(`Gas used: ${receipt.gasUsed}`))
  assert.equal(await client.read(token, 'balanceOf', [friend]), amount + 1n)
}

// stream sends until a log arrives: cast does not say when it has subscribed.
async function stream(client) {
  const [owner, friend] = client.accounts
  const token = await deployToken(client, 'Live')
  const arrived = []
  const stop = client.stream(token, 'Transfer', (log) => arrived.push(log))
  let sent = 0n
  while (arrived.length === 0) await client.write(0, token, 'transfer', [friend, ++sent])
  await stop()
  const [from, to, value] = arrived[0].args
  assert.deepEqual([from, to], [owner.toLowerCase(), friend.toLowerCase()])
  assert.ok(value >= 1n && value <= sent)
  assert.equal(await client.read(token, 'balanceOf', [friend]), (sent * (sent + 1n)) / 2n)
}

runMatrix('foundry', openFoundry, { erc20: script, traces: replay, subscriptions: stream })

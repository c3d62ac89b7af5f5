// The light client in WebAssembly, against nodes that tell the truth and a server
// between that does not.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { rpc, servers } from '../lib/chain.js'
import { root } from '../lib/artifacts.js'

const folder = mkdtempSync(join(tmpdir(), 'credible-light-'))
after(() => {
  rmSync(folder, { recursive: true })
  setImmediate(() => process.exit()) // Go's main waits for ever
})

before(async () => {
  const file = join(folder, 'light.wasm')
  const repository = join(root, '..', '..')
  execFileSync('go', ['build', '-o', file, './sdk/light/wasm'], { cwd: repository, env: { ...process.env, GOOS: 'js', GOARCH: 'wasm', CGO_ENABLED: '0' }, stdio: 'inherit' })
  const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim()
  await import(join(goroot, 'lib', 'wasm', 'wasm_exec.js'))
  const go = new globalThis.Go()
  const { instance } = await WebAssembly.instantiate(readFileSync(file), go.importObject)
  go.run(instance)
  while (!globalThis.credibleLight) await new Promise(setImmediate)
})

// trusted is what the owner of a light client knows of a chain.
async function trusted(chain) {
  const about = await rpc(chain, 'cl_chain')
  const { hash } = await rpc(chain, 'cl_getHeader', '0x0')
  return { rpc: chain.url, crypto: about.crypto, commitment: about.commitment, rootDelay: Number(about.rootDelay), height: 0, hash, maxAge: 3600 }
}

// grow waits until there is something to follow.
const grow = (chain) => (chain.development ? rpc(chain, 'evm_mine') : rpc(chain, 'cl_awaitHeight', '0x3'))

// between serves a chain and changes answers.
async function between(chain, change) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const call = JSON.parse(body)
    const answer = await (await fetch(chain.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json()
    if (answer.result) answer.result = change(call.method, answer.result, call.params) ?? answer.result
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

const flip = (hex, at) => hex.slice(0, at) + (hex[at] === '0' ? '1' : '0') + hex.slice(at + 1)

for (const server of servers()) {
  test(`${server.name}: a page follows the chain by proofs alone`, async () => {
    const chain = await server.start(0)
    try {
      const known = await trusted(chain)
      const client = await credibleLight(known)
      await grow(chain)
      const head = await client.update()
      assert.ok(head.height > 0 && head.fresh)
      assert.equal(head.hash, (await rpc(chain, 'cl_getHeader', '0x' + head.height.toString(16))).hash)

      const [{ address }] = chain.accounts
      const account = await client.account(address)
      assert.equal(account.balance, BigInt(await rpc(chain, 'eth_getBalance', address, '0x' + account.height.toString(16))).toString())
      assert.ok(BigInt(account.balance) > 0n)
      assert.equal((await client.account('0x' + '42'.repeat(20))).balance, '0')

      const again = await credibleLight({ ...known, hash: undefined, checkpoint: client.checkpoint() })
      assert.ok((await again.update()).height >= head.height)
    } finally {
      await chain.stop()
    }
  })

  test(`${server.name}: a page believes nothing that is not proved`, async () => {
    const chain = await server.start(1)
    try {
      const known = await trusted(chain)
      await grow(chain)
      await assert.rejects(credibleLight({ ...known, hash: flip(known.hash, 20) }), /trusted/)
      await assert.rejects(credibleLight({ ...known, crypto: 'none' }), /crypto/)
      await assert.rejects(credibleLight({ ...known, hash: undefined, checkpoint: '0xc0' }), /checkpoint/)
      for (const [what, change] of Object.entries({
        header: (method, result, [height]) => (method === 'cl_getHeader' && height !== '0x0' ? { ...result, header: flip(result.header, 60) } : undefined),
        proof: (method, result) => (method === 'cl_getHeader' && result.proof !== '0x' ? { ...result, proof: flip(result.proof, result.proof.length - 20) } : undefined),
      })) {
        const liar = await between(chain, change)
        const client = await credibleLight({ ...known, rpc: liar.url })
        await assert.rejects(client.update(), Error, what)
        liar.close()
      }
      const [{ address }, other] = chain.accounts
      for (const change of [
        (method, result) => (method === 'cl_getProof' ? { ...result, value: flip(result.value, 8) } : undefined),
        (method, result) => (method === 'cl_getProof' ? { ...result, value: '0x' } : undefined),
        (method, result) => (method === 'cl_getProof' ? { ...result, key: result.key.replace(address.slice(2).toLowerCase(), other.address.slice(2).toLowerCase()) } : undefined),
      ]) {
        const liar = await between(chain, change)
        const client = await credibleLight({ ...known, rpc: liar.url })
        await client.update()
        await assert.rejects(client.account(address))
        liar.close()
      }
    } finally {
      await chain.stop()
    }
  })
}

// sdk/solidity on other chains: a contract there follows a network of validators and
// believes nobody else about its state.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'

import { createPublicClient, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

import { root } from '../lib/artifacts.js'
import { rpc, servers, startChain } from '../lib/chain.js'

const require = createRequire(import.meta.url)

function compiled() {
  const folder = join(root, '..', '..', 'sdk', 'solidity', 'src')
  const content = (file) => readFileSync(join(folder, file), 'utf8')
  const output = JSON.parse(require('solc').compile(JSON.stringify({
    language: 'Solidity',
    sources: Object.fromEntries(readdirSync(folder).map((file) => [file, { content: content(file) }])),
    settings: { optimizer: { enabled: true, runs: 200 }, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }), { import: (path) => ({ contents: content(basename(path)) }) }))
  assert.deepEqual(output.errors ?? [], [], 'the sources compile without a warning')
  const { abi, evm } = output.contracts['LightClient.sol'].LightClient
  // Errors are those of the libraries too.
  const errors = Object.values(output.contracts).flatMap((file) => Object.values(file)).flatMap((c) => c.abi.filter((e) => e.type === 'error'))
  return { abi: [...abi.filter((e) => e.type !== 'error'), ...errors], bytecode: '0x' + evm.bytecode.object }
}

// The first of the accounts that anvil and dev chains fund.
const funded = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

async function startAnvil() {
  const folder = join(root, '..', 'peers', 'node_modules', '@foundry-rs')
  const anvil = readdirSync(folder).map((name) => join(folder, name, 'bin', 'anvil')).find((file) => {
    try { return readFileSync(file).length > 1_000_000 } catch { return false }
  })
  const child = spawn(anvil, ['--port', '0', '--accounts', '1', '--balance', '1000'], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const at = line.match(/Listening on (\S+)/)
    if (at) return { url: `http://${at[1]}`, async stop() { child.kill() } }
  }
  throw new Error('anvil did not start')
}

const [network] = servers()
const foreign = { 'a chain of our own': () => startChain('standard'), anvil: startAnvil }

// One bit in the middle is another one.
const flipped = (hex, place = 0.5) => {
  const at = 2 + 2 * Math.floor((place * (hex.length - 2)) / 2)
  const byte = (parseInt(hex.slice(at, at + 2), 16) ^ 1).toString(16).padStart(2, '0')
  return hex.slice(0, at) + byte + hex.slice(at + 2)
}

for (const [name, start] of Object.entries(foreign)) {
  describe(`${network.name} followed on ${name}`, { skip: !process.env.CREDIBLE_NETWORK || network.suite !== 'standard' }, () => {
    const { abi, bytecode } = network.suite === 'standard' ? compiled() : {}
    let source, chain, reader, wallet, address, sealed, set, delay
    before(async () => {
      source = await network.start(0)
      const about = await rpc(source, 'cl_chain')
      delay = Number(about.rootDelay)
      await rpc(source, 'cl_awaitHeight', '0x3')
      sealed = await rpc(source, 'cl_getHeader', 'latest')
      set = await rpc(source, 'cl_getValidators', sealed.height)
      chain = await start()
      reader = createPublicClient({ transport: http(chain.url), pollingInterval: 50 })
      const id = await reader.getChainId()
      const own = { id, name, nativeCurrency: { name: 'x', symbol: 'x', decimals: 18 }, rpcUrls: { default: { http: [chain.url] } } }
      wallet = createWalletClient({ account: privateKeyToAccount(chain.accounts?.[0]?.privateKey ?? funded), chain: own, transport: http(chain.url) })
      const kind = '0x' + Buffer.from(`${about.consensus}/commit`).toString('hex')
      const hash = await wallet.deployContract({ abi, bytecode, args: [about.identity, BigInt(delay), kind, set.hash] })
      address = (await reader.waitForTransactionReceipt({ hash })).contractAddress
    })
    after(async () => { await chain?.stop(); await source?.stop() })

    const advance = (header, proof, validators) => reader.simulateContract({ address, abi, functionName: 'advance', args: [header, proof, validators], account: wallet.account })
    const refuses = (promise, error) => assert.rejects(promise, (e) => String(e).includes(error) || assert.fail(String(e)))
    const below = () => BigInt(sealed.height) - BigInt(delay)
    const prove = (owner, slot) => rpc(source, 'cl_getProof', owner, slot, '0x' + below().toString(16))

    test(`forged headers, votes and sets are refused on ${name}`, async () => {
      for (const place of [0.05, 0.3, 0.6, 0.95]) await assert.rejects(advance(flipped(sealed.header, place), sealed.proof, set.set))
      for (const place of [0.2, 0.4, 0.6, 0.8, 0.99]) {
        // The votes of consensus keys are not looked at: those of export keys count.
        const proof = flipped(sealed.proof, place)
        await advance(sealed.header, proof, set.set).then(() => assert.ok(place < 0.99), () => {})
      }
      await refuses(advance(sealed.header, sealed.proof, flipped(set.set)), 'WrongSet')
      await assert.rejects(advance(sealed.header, sealed.proof.slice(0, -2), set.set))
    })

    test(`a header that the validators decided is taken once on ${name}`, async () => {
      const { request } = await advance(sealed.header, sealed.proof, set.set)
      const receipt = await reader.waitForTransactionReceipt({ hash: await wallet.writeContract(request) })
      assert.equal(receipt.status, 'success')
      assert.equal(await reader.readContract({ address, abi, functionName: 'height' }), BigInt(sealed.height))
      await refuses(advance(sealed.header, sealed.proof, set.set), 'Stale')
    })

    test(`accounts, slots and their absence are proved on ${name}`, async () => {
      const check = (functionName, ...args) => reader.readContract({ address, abi, functionName, args: [below(), ...args] })
      const rich = source.accounts[0].address
      const nobody = '0x' + '5a'.repeat(20)
      for (const owner of [rich, nobody]) {
        const { value, path } = await prove(owner, null)
        assert.equal(value === '0x', owner === nobody)
        await check('checkAccount', owner, value, path)
        await refuses(check('checkAccount', owner, value, flipped(path)), 'BadProof')
        await refuses(check('checkAccount', owner, value === '0x' ? '0x01' : '0x', path), 'BadProof')
        await refuses(check('checkAccount', '0x' + '6b'.repeat(20), value, path), 'BadProof')
        if (value !== '0x') await refuses(check('checkAccount', owner, flipped(value), path), 'BadProof')
      }
      const history = '0x0000F90827F1C53a10cb7A02335B175320002935' // EIP-2935: parent hashes
      const word = (n) => '0x' + n.toString(16).padStart(64, '0')
      for (const slot of [word(1n), word(1n << 200n)]) {
        const { value, path } = await prove(history, slot)
        await check('checkSlot', history, slot, value, path)
        await refuses(check('checkSlot', history, word(2n), value, path), 'BadProof')
      }
      await refuses(reader.readContract({ address, abi, functionName: 'checkAccount', args: [below() + 1n, rich, '0x', '0x'] }), 'Stale')
    })
  })
}

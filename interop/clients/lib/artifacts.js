// The contracts that the flows use: our own, compiled here with npm's solc, and
// those that other projects publish compiled.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)

/** root is the folder of the matrix. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const sources = join(root, 'contracts')
const kept = join(root, 'artifacts')

function input() {
  const files = readdirSync(sources).filter((name) => name.endsWith('.sol')).sort()
  return {
    language: 'Solidity',
    sources: Object.fromEntries(files.map((name) => [name, { content: readFileSync(join(sources, name), 'utf8') }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
}

function compile(standard) {
  const solc = require('solc')
  const find = (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(standard), { import: find }))
  const faults = (output.errors ?? []).filter((e) => e.severity === 'error')
  if (faults.length > 0) throw new Error(faults.map((e) => e.formattedMessage).join('\n'))
  const contracts = {}
  for (const file of Object.keys(standard.sources)) {
    const name = file.replace('.sol', '')
    const { abi, evm } = output.contracts[file][name]
    contracts[name] = { name, abi, bytecode: '0x' + evm.bytecode.object }
  }
  return contracts
}

let own

/** ownContracts returns our contracts by name; they are compiled once per content. */
export function ownContracts() {
  if (own) return own
  const standard = input()
  const key = createHash('sha256').update(JSON.stringify(standard) + readFileSync(require.resolve('solc/package.json'))).digest('hex')
  const file = join(kept, `contracts-${key.slice(0, 16)}.json`)
  try {
    own = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    own = compile(standard)
    mkdirSync(kept, { recursive: true })
    const half = `${file}.${process.pid}`
    writeFileSync(half, JSON.stringify(own))
    renameSync(half, file)
  }
  return own
}

const published = {
  UniswapV2Factory: '@uniswap/v2-core/build/UniswapV2Factory.json',
  UniswapV2Pair: '@uniswap/v2-core/build/UniswapV2Pair.json',
  UniswapV2Router02: '@uniswap/v2-periphery/build/UniswapV2Router02.json',
  WETH9: '@uniswap/v2-periphery/build/WETH9.json',
  Safe: '@safe-global/safe-smart-account/build/artifacts/contracts/Safe.sol/Safe.json',
  SafeProxyFactory: '@safe-global/safe-smart-account/build/artifacts/contracts/proxies/SafeProxyFactory.sol/SafeProxyFactory.json',
  EntryPoint: '@account-abstraction/contracts/artifacts/EntryPoint.json',
  SimpleAccount: '@account-abstraction/contracts/artifacts/SimpleAccount.json',
  SimpleAccountFactory: '@account-abstraction/contracts/artifacts/SimpleAccountFactory.json',
}

/** artifact returns one contract, {name, abi, bytecode}, of ours or as published. */
export function artifact(name) {
  if (!published[name]) return ownContracts()[name]
  const { abi, bytecode } = require(published[name])
  return { name, abi, bytecode: bytecode.startsWith('0x') ? bytecode : '0x' + bytecode }
}

/** exportArtifacts writes every contract as artifacts/NAME.json, for programs that are not JavaScript. */
export function exportArtifacts() {
  const names = [...Object.keys(ownContracts()), ...Object.keys(published)]
  for (const name of names) writeFileSync(join(kept, `${name}.json`), JSON.stringify(artifact(name)))
  return names
}

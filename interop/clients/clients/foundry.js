// Foundry's cast, one process per operation.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

import { find, only, signature, tidy, type } from '../lib/values.js'

const require = createRequire(import.meta.url)
const nobody = '0x' + '0'.repeat(40)

/** program returns the path of cast or forge as npm carries it for this platform. */
export function program(name) {
  const target = { x64: 'amd64', arm64: 'arm64' }[process.arch]
  const system = process.platform === 'win32' ? 'win32' : process.platform
  return join(dirname(require.resolve(`@foundry-rs/${name}-${system}-${target}/package.json`)), 'bin', name)
}

/** run runs a program and returns what it printed; a failure is thrown with what it said. */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let [out, complaint] = ['', '']
    child.stdout.on('data', (data) => { out += data })
    child.stderr.on('data', (data) => { complaint += data })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(out.trim())
      else reject(new Error(`${args.slice(0, 2).join(' ')}: ${complaint.trim() || out.trim()}`))
    })
  })
}

// argument spells a value as cast reads it.
function argument(value) {
  if (Array.isArray(value)) return `[${value.map(argument).join(',')}]`
  if (value !== null && typeof value === 'object') return `(${Object.values(value).map(argument).join(',')})`
  return String(value)
}

const withResult = (item) => `${signature(item)}(${item.outputs.map(type).join(',')})`

// numbers reads cast's JSON, in which an integer stands on a line of its own, without losing digits.
const numbers = (text) => JSON.parse(text.replace(/^(\s*)(-?\d+)(,?)$/gm, '$1"$2"$3'))

/** openFoundry returns the client for a chain. */
export async function openFoundry(chain) {
  // Away from this project, whose configuration cast would read each time.
  const cast = (...args) => run(program('cast'), args, { cwd: tmpdir(), env: { ...process.env, ETH_RPC_URL: chain.url, NO_COLOR: '1' } })
  const request = async (method, params) => JSON.parse(await cast('rpc', '--raw', method, JSON.stringify(params)))
  return { name: 'foundry', cast, request, ...reading(cast, request), ...writing(cast, chain), ...watching(cast, chain), async close() {} }
}

const decodeWith = (cast) => async (contract, log) => {
  const topic = async (item) => (await cast('keccak', signature(item))) === log.topics[0]
  for (const item of contract.abi.filter((i) => i.type === 'event')) {
    if (!(await topic(item))) continue
    const [indexed, plain] = [item.inputs.filter((i) => i.indexed), item.inputs.filter((i) => !i.indexed)]
    const take = async (inputs, data) => (inputs.length === 0 ? [] : numbers(await cast('decode-abi', '--json', `f()(${inputs.map(type).join(',')})`, data)))
    const first = await take(indexed, '0x' + log.topics.slice(1).map((t) => t.slice(2)).join(''))
    const rest = await take(plain, log.data)
    const values = item.inputs.map((i) => (i.indexed ? first.shift() : rest.shift()))
    return { name: item.name, args: tidy(item.inputs, values) }
  }
  return undefined
}

const tag = (block) => (block === undefined ? [] : ['--block', String(block)])
const transactionOf = (t) => ({ hash: t.hash, from: t.from, to: t.to, value: BigInt(t.value), type: Number(t.type), nonce: BigInt(t.nonce) })

function reading(cast, request) {
  const decode = decodeWith(cast)
  return {
    async read(contract, name, args = [], { block } = {}) {
      const item = find(contract.abi, 'function', name)
      const text = await cast('call', '--json', ...tag(block), contract.address, withResult(item), ...args.map(argument))
      return only(tidy(item.outputs, numbers(text)))
    },
    callRaw: (to, data) => cast('call', to, '--data', data),
    balance: async (address, block) => BigInt(await cast('balance', ...tag(block), address)),
    nonce: async (address) => BigInt(await cast('nonce', address)),
    code: (address) => cast('code', address),
    storage: (address, slot) => cast('storage', address, String(slot)),
    async block(number) {
      const block = JSON.parse(await cast('block', String(number), '--json', '--full'))
      return {
        number: BigInt(block.number), hash: block.hash, parentHash: block.parentHash, baseFeePerGas: BigInt(block.baseFeePerGas),
        transactions: block.transactions.map(transactionOf),
      }
    },
    transaction: async (hash) => transactionOf(JSON.parse(await cast('tx', '--json', hash))),
    decode,
    async logs(contract, event, { from = 0n, to = 'latest', args = [] } = {}) {
      const item = find(contract.abi, 'event', event)
      const spelled = `${item.name}(${item.inputs.map((i) => type(i) + (i.indexed ? ' indexed' : '')).join(',')})`
      const range = ['--from-block', String(from), '--to-block', String(to)]
      const found = JSON.parse(await cast('logs', '--json', ...range, '--address', contract.address, spelled, ...args.map(argument)))
      return Promise.all(found.map(async (log) => ({ ...(await decode(contract, log)), blockNumber: BigInt(log.blockNumber) })))
    },
    async filter(contract, event) {
      const topics = [await cast('keccak', signature(find(contract.abi, 'event', event)))]
      const id = await request('eth_newFilter', [{ address: contract.address, topics }])
      return {
        changes: async () => Promise.all((await request('eth_getFilterChanges', [id])).map((log) => decode(contract, log))),
        stop: () => request('eth_uninstallFilter', [id]),
      }
    },
    encode: (contract, name, args) => cast('calldata', signature(find(contract.abi, 'function', name)), ...args.map(argument)),
  }
}

function writing(cast, chain) {
  const key = (from) => ['--private-key', chain.accounts[from].privateKey]
  // In development a receipt is there at once; on a network cast would first ask for it a second later.
  const wait = chain.development ? ['--poll-interval', '1'] : ['--sync']
  const receiptOf = (r) => ({
    hash: r.transactionHash, from: r.from, status: r.status === '0x1', blockNumber: BigInt(r.blockNumber), gasUsed: BigInt(r.gasUsed), type: Number(r.type),
    contractAddress: r.contractAddress, logs: r.logs,
  })
  const send = async (from, ...args) => receiptOf(JSON.parse(await cast('send', '--json', ...wait, ...key(from), ...args)))
  const options = ({ value, gas }) => [...(value === undefined ? [] : ['--value', String(value)]), ...(gas === undefined ? [] : ['--gas-limit', String(gas)])]
  return {
    receipt: async (hash) => receiptOf(JSON.parse(await cast('receipt', '--json', hash))),
    sendRaw: (raw) => cast('publish', '--async', raw),
    transfer: (from, to, value, kind) => send(from, to, '--value', String(value), ...(kind === 'legacy' ? ['--legacy'] : [])),
    async deploy(from, { name, abi, bytecode }, args = [], extra = {}) {
      const item = abi.find((i) => i.type === 'constructor') ?? { inputs: [] }
      const spelled = args.length > 0 ? [`constructor(${item.inputs.map(type).join(',')})`, ...args.map(argument)] : []
      const receipt = await send(from, ...options(extra), '--create', bytecode, ...spelled)
      return { name, abi, address: receipt.contractAddress, receipt }
    },
    write: (from, contract, name, args = [], extra = {}) =>
      send(from, ...options(extra), contract.address, signature(find(contract.abi, 'function', name)), ...args.map(argument)),
    async refusal(from, contract, name, args = []) {
      try {
        await cast('estimate', '--from', chain.accounts[from].address, contract.address, signature(find(contract.abi, 'function', name)), ...args.map(argument))
      } catch (error) {
        const data = error.message.match(/data: "(0x[0-9a-f]*)"/)?.[1]
        if (!data) throw error
        for (const item of contract.abi.filter((i) => i.type === 'error')) {
          if ((await cast('sig', signature(item))) === data.slice(0, 10)) {
            if (item.inputs.length > 0) await cast('decode-error', '--sig', signature(item), data)
            return item.name
          }
        }
      }
      return undefined
    },
    signTyped(account, { domain, types, primaryType, message }) {
      const fields = [['name', 'string'], ['version', 'string'], ['chainId', 'uint256'], ['verifyingContract', 'address']]
      const EIP712Domain = fields.filter(([name]) => name in domain).map(([name, kind]) => ({ name, type: kind }))
      const text = JSON.stringify({ domain, types: { EIP712Domain, ...types }, primaryType, message }, (_, v) => (typeof v === 'bigint' ? String(v) : v))
      return cast('wallet', 'sign', ...key(account), '--data', text)
    },
    async delegate({ authority, sponsor, to = nobody }) {
      const authorization = await cast('wallet', 'sign-auth', ...key(authority), to)
      return send(sponsor, nobody, '--auth', authorization)
    },
  }
}

function watching(cast, chain) {
  const decode = decodeWith(cast)
  return {
    // stream follows the logs of a contract with cast's own subscription.
    stream(contract, event, deliver) {
      const item = find(contract.abi, 'event', event)
      const spelled = `${item.name}(${item.inputs.map((i) => type(i) + (i.indexed ? ' indexed' : '')).join(',')})`
      const child = spawn(program('cast'), ['logs', '--subscribe', '--rpc-url', chain.ws, '--address', contract.address, spelled], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let log
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, data] = line.match(/^\s*data: (0x[0-9a-f]*)$/) ?? []
        const [, topic] = line.match(/^\s*(0x[0-9a-f]{64})$/) ?? []
        if (data) log = { data, topics: [] }
        if (topic) log.topics.push(topic)
        if (/^\s*\]$/.test(line)) decode(contract, log).then(deliver)
      })
      return () => new Promise((resolve) => {
        child.once('close', resolve)
        child.kill('SIGTERM')
      })
    },
  }
}

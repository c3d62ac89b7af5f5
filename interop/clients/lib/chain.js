// A chain to test against: one process of the binary, started on a free port, or a
// network of processes that runs already.
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { computeAddress } from 'ethers'

/** suites are the crypto suites that every client meets. */
export const suites = ['standard', 'gm']

/** networks are the suites of which build/clients.sh starts a network. */
export const networks = ['standard', 'gm']

/**
 * servers returns what the clients of this run meet, [{name, suite, start}]: `credible
 * dev` of every suite or, where CREDIBLE_NETWORK names the folder of one, a network.
 * start(i) gives the i-th client its chain: of a network, node i modulo their number.
 *
 * A chain has url, ws, chainId, suite, the funded accounts [{address, privateKey}]
 * and stop(). One of development has evm_mine and its like; one of a network has
 * nodes, their number, and node(i, height), the chain at another node as soon as
 * that has come to a height.
 */
export function servers() {
  const directory = process.env.CREDIBLE_NETWORK
  if (!directory) return suites.map((suite) => ({ name: suite, suite, start: () => startChain(suite) }))
  const { crypto: suite } = manifest(directory)
  return [{ name: `network ${suite}`, suite, start: (i) => joinNetwork(directory, i) }]
}

const manifest = (directory) => JSON.parse(readFileSync(join(directory, 'network.json'), 'utf8'))

async function joinNetwork(directory, i) {
  const { crypto: suite, nodes } = manifest(directory)
  const folder = join(directory, 'accounts')
  const number = (file) => Number(file.match(/\d+/)[0])
  const files = readdirSync(folder).sort((a, b) => number(a) - number(b))
  const accounts = files.map((file) => {
    const privateKey = readFileSync(join(folder, file), 'utf8').trim()
    return { address: computeAddress(privateKey), privateKey }
  })
  const url = (k) => `http://${nodes[k % nodes.length].rpc}`
  const node = async (k, height) => {
    const chain = { suite, url: url(k), ws: url(k).replace('http', 'ws'), accounts, nodes: nodes.length, node, async stop() {} }
    await rpc(chain, 'cl_awaitHeight', '0x' + height.toString(16))
    return { ...chain, chainId: Number(await rpc(chain, 'eth_chainId')) }
  }
  // What the clients before this one wrote, each through a node of its own.
  const heights = await Promise.all(nodes.map((_, k) => rpc({ url: url(k) }, 'eth_blockNumber')))
  return node(i, heights.map(BigInt).reduce((a, b) => (a > b ? a : b)))
}

const startLimit = 20_000

/** startChain runs `credible dev` with a crypto suite and more flags, and waits until it is ready. */
export async function startChain(suite, ...flags) {
  const binary = process.env.CREDIBLE
  if (!binary) throw new Error('CREDIBLE must name the binary; build/clients.sh sets it')
  const child = spawn(binary, ['dev', '--crypto', suite, '--rpc', '127.0.0.1:0', '-o', 'json', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (data) => { complaint = (complaint + data).slice(-10_000) })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), startLimit)
  let text = ''
  let url
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('ready ')) {
      url = line.slice('ready '.length)
      break
    }
    text += line
  }
  clearTimeout(timer)
  if (!url) {
    await ended
    throw new Error(`the chain did not become ready: ${complaint}`)
  }
  child.stdout.resume()
  const info = JSON.parse(text)
  return {
    suite, url, ws: info.ws, chainId: info.chainId, development: true,
    accounts: info.accounts.map(({ address, privateKey }) => ({ address, privateKey })),
    async stop() {
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 10_000)
      const code = await ended
      clearTimeout(hard)
      if (code !== 0) throw new Error(`the chain ended with ${code}: ${complaint}`)
    },
  }
}

/** rpc asks a chain without any client between. */
export async function rpc(chain, method, ...params) {
  const response = await fetch(chain.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = await response.json()
  if (error) throw Object.assign(new Error(error.message), error)
  return result
}

/** included waits until a chain has the receipt of a transaction. */
export async function included(chain, hash) {
  while (!(await rpc(chain, 'eth_getTransactionReceipt', hash))) await new Promise((resolve) => { setTimeout(resolve, 10) })
}

/**
 * patient makes a signer of ethers return from sending only when the chain has the
 * receipt: for providers that, told that there is none, ask again long after.
 */
export function patient(signer, chain) {
  const send = signer.sendTransaction.bind(signer)
  signer.sendTransaction = async (transaction) => {
    const sent = await send(transaction)
    await included(chain, sent.hash)
    return sent
  }
  return signer
}

// A chain to test against: one process of the binary, started on a free port.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** suites are the crypto suites that every client meets. */
export const suites = ['standard', 'gm']

const startLimit = 20_000

/**
 * startChain runs `credible dev` with a crypto suite and waits until it is ready.
 * The result has url, ws, chainId, the funded accounts [{address, privateKey}],
 * and stop().
 */
export async function startChain(suite) {
  const binary = process.env.CREDIBLE
  if (!binary) throw new Error('CREDIBLE must name the binary; build/clients.sh sets it')
  const child = spawn(binary, ['dev', '--crypto', suite, '--rpc', '127.0.0.1:0', '-o', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] })
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
    suite, url, ws: info.ws, chainId: info.chainId,
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

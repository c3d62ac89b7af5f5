// viem 2, over HTTP and over WebSocket.
import {
  BaseError, ContractFunctionRevertedError, createPublicClient, createWalletClient, decodeEventLog, encodeFunctionData, http, webSocket,
  zeroAddress,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { hardhat } from 'viem/chains'

import { find, only, tidy } from '../lib/values.js'

const typeNumber = { legacy: 0, eip2930: 1, eip1559: 2, eip4844: 3, eip7702: 4 }

/** openViem returns the client for a chain. */
export async function openViem(chain) {
  const options = { chain: { ...hardhat, id: chain.chainId }, pollingInterval: 20, cacheTime: 0 }
  const reader = createPublicClient({ ...options, transport: http(chain.url) })
  const live = createPublicClient({ ...options, transport: webSocket(chain.ws) })
  const writers = chain.accounts.map(({ privateKey }) =>
    createWalletClient({ ...options, account: privateKeyToAccount(privateKey), transport: http(chain.url) }))
  return { name: 'viem', ...reading(reader), ...writing(reader, writers), ...watching(reader, live) }
}

// item narrows an ABI to one function, so that an overloaded name is clear.
const item = (contract, name) => {
  const found = find(contract.abi, 'function', name)
  return { abi: [found, ...contract.abi.filter((i) => i.type === 'error')], functionName: found.name }
}

const at = (block) => (typeof block === 'bigint' ? { blockNumber: block } : { blockTag: block ?? 'latest' })

const decode = (contract, log) => {
  try {
    const { eventName, args } = decodeEventLog({ abi: contract.abi, data: log.data, topics: log.topics })
    return { name: eventName, args: tidy(find(contract.abi, 'event', eventName).inputs, Object.values(args ?? {})) }
  } catch (error) {
    if (error.name === 'AbiEventSignatureNotFoundError') return undefined
    throw error
  }
}

const transactionOf = (t) => ({ hash: t.hash, from: t.from, to: t.to, value: t.value, type: typeNumber[t.type], nonce: BigInt(t.nonce) })

function reading(reader) {
  return {
    async read(contract, name, args = [], { block } = {}) {
      const { outputs } = find(contract.abi, 'function', name)
      const result = await reader.readContract({ address: contract.address, ...item(contract, name), args, ...at(block) })
      return only(tidy(outputs, outputs.length === 1 ? [result] : result))
    },
    callRaw: async (to, data) => (await reader.call({ to, data })).data ?? '0x',
    balance: (address, block) => reader.getBalance({ address, ...at(block) }),
    nonce: async (address) => BigInt(await reader.getTransactionCount({ address })),
    code: async (address) => (await reader.getCode({ address })) ?? '0x',
    storage: (address, slot) => reader.getStorageAt({ address, slot: '0x' + BigInt(slot).toString(16) }),
    async block(number) {
      const block = await reader.getBlock({ ...at(number), includeTransactions: true })
      return {
        number: block.number, hash: block.hash, parentHash: block.parentHash, baseFeePerGas: block.baseFeePerGas,
        transactions: block.transactions.map(transactionOf),
      }
    },
    transaction: async (hash) => transactionOf(await reader.getTransaction({ hash })),
    receipt: async (hash) => tidyReceipt(await reader.getTransactionReceipt({ hash })),
    decode,
    async logs(contract, event, { from = 0n, to = 'latest', args } = {}) {
      const abi = find(contract.abi, 'event', event)
      const names = abi.inputs.filter((i) => i.indexed).map((i) => i.name)
      const found = await reader.getLogs({
        address: contract.address, event: abi, fromBlock: from, toBlock: to,
        ...(args ? { args: Object.fromEntries(args.map((value, i) => [names[i], value])) } : {}),
      })
      return found.map((log) => ({ ...decode(contract, log), blockNumber: log.blockNumber }))
    },
    async filter(contract, event) {
      const filter = await reader.createContractEventFilter({ address: contract.address, abi: contract.abi, eventName: event })
      return {
        changes: async () => (await reader.getFilterChanges({ filter })).map((log) => decode(contract, log)),
        stop: () => reader.uninstallFilter({ filter }),
      }
    },
    encode: (contract, name, args) => encodeFunctionData({ ...item(contract, name), args }),
    request: (method, params) => reader.request({ method, params }),
  }
}

const tidyReceipt = (r) => ({
  hash: r.transactionHash, from: r.from, status: r.status === 'success', blockNumber: r.blockNumber, gasUsed: r.gasUsed,
  type: typeNumber[r.type], contractAddress: r.contractAddress, logs: r.logs,
})

function writing(reader, writers) {
  const receiptOf = async (hash) => tidyReceipt(await reader.waitForTransactionReceipt({ hash }))
  return {
    sendRaw: (serializedTransaction) => reader.sendRawTransaction({ serializedTransaction }),
    async transfer(from, to, value, kind) {
      const type = kind === 'legacy' ? { type: 'legacy' } : {}
      return receiptOf(await writers[from].sendTransaction({ to, value, ...type }))
    },
    async deploy(from, { name, abi, bytecode }, args = [], options = {}) {
      const receipt = await receiptOf(await writers[from].deployContract({ abi, bytecode, args, ...options }))
      return { name, abi, address: receipt.contractAddress, receipt }
    },
    async write(from, contract, name, args = [], { value, gas } = {}) {
      return receiptOf(await writers[from].writeContract({ address: contract.address, ...item(contract, name), args, value, gas }))
    },
    async refusal(from, contract, name, args = []) {
      try {
        await reader.simulateContract({ account: writers[from].account, address: contract.address, ...item(contract, name), args })
      } catch (error) {
        const revert = error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError)
        if (revert) return revert.data?.errorName
        throw error
      }
      return undefined
    },
    signTyped: (account, typed) => writers[account].signTypedData(typed),
    async delegate({ authority, sponsor, to }) {
      const authorization = await writers[authority].signAuthorization({ contractAddress: to ?? zeroAddress })
      return receiptOf(await writers[sponsor].sendTransaction({ to: zeroAddress, authorizationList: [authorization] }))
    },
  }
}

function watching(reader, live) {
  return {
    async subscribe(kind, { contract, event }, deliver) {
      const each = (items, f) => items.forEach((i) => deliver(f(i)))
      const onError = (error) => { throw error }
      const start = {
        newHeads: () => live.watchBlocks({ onBlock: (b) => deliver({ number: b.number }), onError }),
        newPendingTransactions: () => live.watchPendingTransactions({ onTransactions: (all) => each(all, (hash) => ({ hash })), onError }),
        logs: () => live.watchContractEvent({
          address: contract.address, abi: contract.abi, eventName: event, onLogs: (all) => each(all, (log) => decode(contract, log)), onError,
        }),
      }
      const stop = start[kind]()
      await live.getChainId() // answered after the subscription before it
      return stop
    },
    async close() {
      const client = await live.transport.getRpcClient()
      client.close()
    },
  }
}

// ethers 6, over HTTP with its request batches, and over WebSocket.
import { Contract, ContractFactory, Interface, JsonRpcProvider, Wallet, WebSocketProvider, ZeroAddress } from 'ethers'

import { find, only, signature, tidy } from '../lib/values.js'

/** openEthers returns the client for a chain. */
export async function openEthers(chain) {
  // Identical requests within 250 ms are answered from a cache unless it is off;
  // on a chain that makes blocks on demand that gives stale nonces.
  const provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 })
  provider.pollingInterval = 50
  const signers = chain.accounts.map(({ privateKey }) => new Wallet(privateKey, provider))
  const client = ethersClient(provider, signers)
  const socket = new WebSocketProvider(chain.ws)
  return {
    ...client,
    name: 'ethers',
    async subscribe(kind, { contract, event } = {}, deliver) {
      if (kind === 'newHeads') await socket.on('block', (number) => deliver({ number: BigInt(number) }))
      if (kind === 'newPendingTransactions') await socket.on('pending', (hash) => deliver({ hash }))
      if (kind === 'logs') {
        const live = new Contract(contract.address, contract.abi, socket)
        await live.on(event, (...args) => deliver(client.decode(contract, args.at(-1).log)))
      }
      await socket.send('eth_chainId', []) // answered after the subscriptions before it
      return () => socket.removeAllListeners()
    },
    async close() {
      await socket.destroy()
      provider.destroy()
    },
  }
}

/** tidyReceipt gives a receipt of ethers the shape that the flows expect. */
export const tidyReceipt = (r) => ({
  hash: r.hash, from: r.from, status: r.status === 1, blockNumber: BigInt(r.blockNumber), gasUsed: r.gasUsed, type: r.type,
  contractAddress: r.contractAddress, logs: r.logs.map(({ address, topics, data }) => ({ address, topics: [...topics], data })),
})

const receiptOf = async (sent) => tidyReceipt(await sent.wait())

const blockTag = (block) => (typeof block === 'bigint' ? '0x' + block.toString(16) : block)

/** ethersClient is the client over any provider and signers of ethers. */
export function ethersClient(provider, signers) {
  const at = (contract, runner) => new Contract(contract.address, contract.abi, runner)
  const method = (contract, name, runner) => at(contract, runner).getFunction(signature(find(contract.abi, 'function', name)))
  const decode = (contract, log) => {
    const found = new Interface(contract.abi).parseLog(log)
    return found && { name: found.name, args: tidy(found.fragment.inputs, found.args) }
  }
  return {
    async transfer(from, to, value, kind) {
      // Where the base fee is zero, ethers makes a legacy transaction unless told otherwise.
      const { gasPrice } = await provider.getFeeData()
      const fees = kind === 'legacy' ? { type: 0, gasPrice } : { type: 2, maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }
      return receiptOf(await signers[from].sendTransaction({ to, value, ...fees }))
    },
    async deploy(from, { name, abi, bytecode }, args = [], options = {}) {
      const contract = await new ContractFactory(abi, bytecode, signers[from]).deploy(...args, options)
      await contract.waitForDeployment()
      return { name, abi, address: await contract.getAddress(), receipt: await receiptOf(contract.deploymentTransaction()) }
    },
    async write(from, contract, name, args = [], { value, gas } = {}) {
      const options = { ...(value === undefined ? {} : { value }), ...(gas === undefined ? {} : { gasLimit: gas }) }
      return receiptOf(await method(contract, name, signers[from])(...args, options))
    },
    async refusal(from, contract, name, args = []) {
      try {
        await method(contract, name, signers[from]).estimateGas(...args)
      } catch (error) {
        if (error.revert) return error.revert.name
        // A proxy signer passes a plain error on; its data still names the error.
        const data = error.data ?? error.info?.error?.data ?? error.error?.data
        const found = data && new Interface(contract.abi).parseError(data.data ?? data)
        if (found) return found.name
        throw error
      }
      return undefined
    },
    async read(contract, name, args = [], { block } = {}) {
      const { outputs } = find(contract.abi, 'function', name)
      const result = await method(contract, name, provider).staticCallResult(...args, block === undefined ? {} : { blockTag: blockTag(block) })
      return only(tidy(outputs, result))
    },
    callRaw: (to, data) => provider.call({ to, data }),
    balance: (address, block = 'latest') => provider.getBalance(address, blockTag(block)),
    nonce: async (address) => BigInt(await provider.getTransactionCount(address)),
    code: (address) => provider.getCode(address),
    storage: (address, slot) => provider.getStorage(address, slot),
    async block(number) {
      const block = await provider.getBlock(blockTag(number), true)
      return {
        number: BigInt(block.number), hash: block.hash, parentHash: block.parentHash, baseFeePerGas: block.baseFeePerGas,
        transactions: block.prefetchedTransactions.map((t) => ({ hash: t.hash, from: t.from, to: t.to, value: t.value, type: t.type })),
      }
    },
    async transaction(hash) {
      const t = await provider.getTransaction(hash)
      return { hash: t.hash, from: t.from, to: t.to, value: t.value, type: t.type, nonce: BigInt(t.nonce) }
    },
    receipt: async (hash) => tidyReceipt(await provider.getTransactionReceipt(hash)),
    // broadcastTransaction reads what it sends, and knows Ethereum's types only.
    sendRaw: (raw) => provider.send('eth_sendRawTransaction', [raw]),
    decode,
    async logs(contract, event, { from = 0n, to = 'latest', args = [] } = {}) {
      const live = at(contract, provider)
      const found = await live.queryFilter(live.filters[event](...args), Number(from), typeof to === 'bigint' ? Number(to) : to)
      return found.map((log) => ({ ...decode(contract, log), blockNumber: BigInt(log.blockNumber) }))
    },
    async filter(contract, event) {
      const topics = [new Interface(contract.abi).getEvent(event).topicHash]
      const id = await provider.send('eth_newFilter', [{ address: contract.address, topics }])
      return {
        changes: async () => (await provider.send('eth_getFilterChanges', [id])).map((log) => decode(contract, log)),
        stop: () => provider.send('eth_uninstallFilter', [id]),
      }
    },
    encode: (contract, name, args) => new Interface(contract.abi).encodeFunctionData(signature(find(contract.abi, 'function', name)), args),
    signTyped: (account, { domain, types, message }) => signers[account].signTypedData(domain, types, message),
    async delegate({ authority, sponsor, to }) {
      const authorization = await signers[authority].authorize({ address: to ?? ZeroAddress })
      return receiptOf(await signers[sponsor].sendTransaction({ type: 4, to: ZeroAddress, value: 0n, authorizationList: [authorization] }))
    },
    request: (name, params) => provider.send(name, params),
    close: async () => provider.destroy(),
  }
}

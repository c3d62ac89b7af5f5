// web3.js 4, over HTTP and over WebSocket.
import { zeroAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { Web3 } from 'web3'
import { getEncodedEip712Data } from 'web3-eth-abi'
import { signRaw } from 'web3-eth-accounts'

import { find, only, signature, tidy } from '../lib/values.js'

/** openWeb3 returns the client for a chain. */
export async function openWeb3(chain) {
  // At the top, from where contracts take it too.
  const web3 = new Web3({ provider: chain.url, config: { transactionPollingInterval: 50 } })
  const live = new Web3(chain.ws)
  web3.eth.handleRevert = true
  for (const { privateKey } of chain.accounts) web3.eth.accounts.wallet.add(privateKey)
  return { name: 'web3', ...reading(web3), ...writing(web3, chain), ...watching(live) }
}

const decodeWith = (web3) => (contract, log) => {
  const event = contract.abi.find((i) => i.type === 'event' && web3.eth.abi.encodeEventSignature(i) === log.topics[0])
  if (!event) return undefined
  const values = web3.eth.abi.decodeLog(event.inputs, log.data, log.topics.slice(1))
  return { name: event.name, args: tidy(event.inputs, values) }
}

const transactionOf = (t) => ({ hash: t.hash, from: t.from, to: t.to, value: BigInt(t.value), type: Number(t.type), nonce: BigInt(t.nonce) })

function reading(web3) {
  const at = (contract) => new web3.eth.Contract(contract.abi, contract.address)
  const decode = decodeWith(web3)
  return {
    async read(contract, name, args = [], { block = 'latest' } = {}) {
      const item = find(contract.abi, 'function', name)
      const result = await at(contract).methods[signature(item)](...args).call({}, block)
      return only(tidy(item.outputs, item.outputs.length === 1 ? [result] : result))
    },
    callRaw: (to, data) => web3.eth.call({ to, data }),
    balance: (address, block = 'latest') => web3.eth.getBalance(address, block),
    nonce: (address) => web3.eth.getTransactionCount(address),
    code: (address) => web3.eth.getCode(address),
    storage: (address, slot) => web3.eth.getStorageAt(address, slot),
    async block(number) {
      const block = await web3.eth.getBlock(number, true)
      return {
        number: block.number, hash: block.hash, parentHash: block.parentHash, baseFeePerGas: block.baseFeePerGas,
        transactions: block.transactions.map(transactionOf),
      }
    },
    transaction: async (hash) => transactionOf(await web3.eth.getTransaction(hash)),
    decode,
    async logs(contract, event, { from = 0n, to = 'latest', args } = {}) {
      const inputs = find(contract.abi, 'event', event).inputs.filter((i) => i.indexed)
      const filter = args && Object.fromEntries(args.map((value, i) => [inputs[i].name, value]))
      const found = await at(contract).getPastEvents(event, { fromBlock: from, toBlock: to, filter })
      return found.map((log) => ({ ...decode(contract, log.raw), blockNumber: BigInt(log.blockNumber) }))
    },
    async filter(contract, event) {
      const topics = [web3.eth.abi.encodeEventSignature(find(contract.abi, 'event', event))]
      const id = await web3.requestManager.send({ method: 'eth_newFilter', params: [{ address: contract.address, topics }] })
      const ask = (method) => web3.requestManager.send({ method, params: [id] })
      return {
        changes: async () => (await ask('eth_getFilterChanges')).map((log) => decode(contract, log)),
        stop: () => ask('eth_uninstallFilter'),
      }
    },
    encode: (contract, name, args) => at(contract).methods[signature(find(contract.abi, 'function', name))](...args).encodeABI(),
    request: (method, params) => web3.requestManager.send({ method, params }),
  }
}

function writing(web3, chain) {
  const address = (i) => chain.accounts[i].address
  const method = (contract, name, args) => new web3.eth.Contract(contract.abi, contract.address).methods[signature(find(contract.abi, 'function', name))](...args)
  const tidyReceipt = (r) => ({
    hash: r.transactionHash, from: r.from, status: r.status === 1n, blockNumber: r.blockNumber, gasUsed: r.gasUsed, type: Number(r.type),
    contractAddress: r.contractAddress, logs: r.logs,
  })
  const fetched = async (hash) => tidyReceipt(await web3.eth.getTransactionReceipt(hash))
  return {
    receipt: fetched,
    // sendSignedTransaction reads what it sends, and knows Ethereum's types only.
    sendRaw: (raw) => web3.requestManager.send({ method: 'eth_sendRawTransaction', params: [raw] }),
    async transfer(from, to, value, kind) {
      const fees = kind === 'legacy' ? { type: 0, gasPrice: await web3.eth.getGasPrice() } : {}
      const request = { from: address(from), to, value, ...fees }
      // Left alone, web3.js gives a transfer 21,000, also to a contract that needs more.
      return tidyReceipt(await web3.eth.sendTransaction({ ...request, gas: await web3.eth.estimateGas(request) }))
    },
    async deploy(from, { name, abi, bytecode }, args = [], { value } = {}) {
      let hash
      const deployment = new web3.eth.Contract(abi).deploy({ data: bytecode, arguments: args }).send({ from: address(from), value })
      deployment.once('transactionHash', (h) => { hash = h })
      const contract = await deployment
      return { name, abi, address: contract.options.address, receipt: await fetched(hash) }
    },
    async write(from, contract, name, args = [], { value, gas } = {}) {
      const sent = await method(contract, name, args).send({ from: address(from), value, gas })
      return fetched(sent.transactionHash)
    },
    async refusal(from, contract, name, args = []) {
      try {
        await method(contract, name, args).call({ from: address(from) })
      } catch (error) {
        const found = error.cause?.errorName ?? error.innerError?.errorName ?? error.errorName
        if (found) return found
        throw error
      }
      return undefined
    },
    signTyped(account, { domain, types, primaryType, message }) {
      const fields = [['name', 'string'], ['version', 'string'], ['chainId', 'uint256'], ['verifyingContract', 'address']]
      const EIP712Domain = fields.filter(([name]) => name in domain).map(([name, type]) => ({ name, type }))
      const encoded = getEncodedEip712Data({ domain, types: { EIP712Domain, ...types }, primaryType, message })
      return signRaw(encoded, chain.accounts[account].privateKey).signature
    },
    // web3.js knows no set-code transaction: another library signs it, web3.js carries it unread.
    async delegate({ authority, sponsor, to }) {
      const count = (i) => web3.eth.getTransactionCount(address(i)).then(Number)
      const owner = privateKeyToAccount(chain.accounts[authority].privateKey)
      const authorization = await owner.signAuthorization({ chainId: chain.chainId, contractAddress: to ?? zeroAddress, nonce: await count(authority) })
      const raw = await privateKeyToAccount(chain.accounts[sponsor].privateKey).signTransaction({
        type: 'eip7702', chainId: chain.chainId, nonce: await count(sponsor), gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n,
        to: zeroAddress, authorizationList: [authorization],
      })
      const hash = await web3.requestManager.send({ method: 'eth_sendRawTransactionSync', params: [raw] }).then((r) => r.transactionHash)
      return fetched(hash)
    },
  }
}

function watching(live) {
  const decode = decodeWith(live)
  return {
    async subscribe(kind, { contract, event }, deliver) {
      const topics = event && [live.eth.abi.encodeEventSignature(find(contract.abi, 'event', event))]
      const name = { newHeads: 'newHeads', logs: 'logs', newPendingTransactions: 'newPendingTransactions' }[kind]
      const subscription = await live.eth.subscribe(name, contract && { address: contract.address, topics })
      const shape = { newHeads: (head) => ({ number: BigInt(head.number) }), logs: (log) => decode(contract, log), newPendingTransactions: (hash) => ({ hash }) }
      subscription.on('data', (item) => deliver(shape[kind](item)))
      return () => subscription.unsubscribe()
    },
    close: async () => live.provider.disconnect(),
  }
}

// MetaMask's network controller, headless: the chain is added as a wallet adds a
// custom network, and every request passes the wallet's own provider with its
// caches, block references and retries. Keys and ABI are ethers', as in a dapp.
import { Messenger } from '@metamask/base-controller'
import * as networks from '@metamask/network-controller'
import { BrowserProvider, Wallet } from 'ethers'

import { ethersClient } from './ethers.js'
import { patient } from '../lib/chain.js'

const controllerName = 'NetworkController'

/** openMetaMask returns the client for a chain. */
export async function openMetaMask(chain) {
  const controller = newController()
  const { rpcEndpoints } = controller.addNetwork({
    chainId: '0x' + chain.chainId.toString(16), name: `Credible ${chain.suite}`, nativeCurrency: 'ETH', blockExplorerUrls: [],
    rpcEndpoints: [{ type: networks.RpcEndpointType.Custom, url: chain.url, name: 'dev' }], defaultRpcEndpointIndex: 0,
  })
  await controller.setActiveNetwork(rpcEndpoints[0].networkClientId)
  if (!(await controller.getEIP1559Compatibility())) throw new Error('MetaMask takes the chain for one without EIP-1559')
  const { provider, blockTracker } = controller.getProviderAndBlockTracker()

  const browser = new BrowserProvider(provider, undefined, { cacheTimeout: -1, polling: true })
  browser.pollingInterval = 50
  // For 20 seconds the wallet asks for a receipt that is not there, at ever the same block.
  const signers = chain.accounts.map(({ privateKey }) => patient(new Wallet(privateKey, browser), chain))
  const client = ethersClient(browser, signers)
  // The wallet reads at the block that its tracker saw last, so a look at the
  // chain belongs between a write and a read.
  const fresh = (f) => async (...args) => {
    const result = await f(...args)
    await blockTracker.checkForLatestBlock()
    return result
  }
  return {
    ...client,
    name: 'metamask',
    transfer: fresh(client.transfer), deploy: fresh(client.deploy), write: fresh(client.write), delegate: fresh(client.delegate),
    request: fresh(client.request),
    async receipt(hash) {
      await blockTracker.checkForLatestBlock()
      return client.receipt(hash)
    },
    /** nextHead waits for the tracker's next look at the chain. */
    nextHead: async () => BigInt(await blockTracker.checkForLatestBlock()),
    async close() {
      browser.destroy()
      controller.destroy()
      await blockTracker.destroy()
    },
  }
}

function newController() {
  const messenger = new Messenger()
  const captured = 'ErrorReportingService:captureException'
  messenger.registerActionHandler(captured, (error) => { throw error })
  const controller = new networks.NetworkController({
    messenger: messenger.getRestricted({ name: controllerName, allowedActions: [captured], allowedEvents: [] }),
    infuraProjectId: '0'.repeat(32),
    getRpcServiceOptions: () => ({ fetch: globalThis.fetch, btoa: globalThis.btoa }),
    getBlockTrackerOptions: () => ({ pollingInterval: 1_000 }),
  })
  return controller
}

// Hardhat 3 with hardhat-ethers: its network connection fills in, signs and sends.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { ethersClient, tidyReceipt } from './ethers.js'
import { root } from '../lib/artifacts.js'
import { patient } from '../lib/chain.js'

/** project is the folder of the Hardhat project. */
export const project = join(root, 'hardhat')

/** deployment is the folder in which Ignition records a deployment. */
export const deployment = (id) => join(project, 'ignition', 'deployments', id)

/** environment is what the project needs to find a chain. */
export const environment = (chain) => ({ CREDIBLE_URL: chain.url, CREDIBLE_KEYS: chain.accounts.map((a) => a.privateKey).join(',') })

/** openHardhat returns the client for a chain. */
export async function openHardhat(chain) {
  const from = (path, query = '') => import(pathToFileURL(join(project, path)).href + query)
  Object.assign(process.env, environment(chain))
  const { createHardhatRuntimeEnvironment } = await from('node_modules/hardhat/dist/src/hre.js')
  const { default: config } = await from('hardhat.config.js', `?${encodeURIComponent(chain.url)}`)
  const hre = await createHardhatRuntimeEnvironment(config, {}, project)
  const connection = await hre.network.create({ network: 'credible' })
  const { ethers } = connection
  const signers = (await ethers.getSigners()).map((signer) => patient(signer, chain))
  return {
    ...ethersClient(ethers.provider, signers),
    name: 'hardhat', ethers,
    // hardhat-ethers would spell the authorisation's signature for an estimate, and with leading zeros, which numbers must not have.
    async delegate({ authority, sponsor, to }) {
      const authorization = await signers[authority].authorize({ address: to ?? ethers.ZeroAddress })
      const sent = await signers[sponsor].sendTransaction({
        type: 4, to: ethers.ZeroAddress, value: 0n, gasLimit: 100_000n, authorizationList: [authorization],
      })
      return tidyReceipt(await sent.wait())
    },
    async deployModule(name) {
      await hre.tasks.getTask('build').run({ quiet: true })
      const { default: module } = await from(`ignition/modules/${name}.js`)
      // A record of its own for each chain: Ignition goes on where a record ends.
      const deploymentId = `script-${chain.suite}`
      await rm(deployment(deploymentId), { recursive: true, force: true })
      return connection.ignition.deploy(module, { deploymentId })
    },
    request: (method, params) => connection.provider.request({ method, params }),
    close: () => connection.close(),
  }
}

// The project that Hardhat builds and that Ignition deploys from. The chain and
// its keys come from the environment, as they would in anybody's project.
import { createRequire } from 'node:module'

import ignition from '@nomicfoundation/hardhat-ignition-ethers'
import ethers from '@nomicfoundation/hardhat-ethers'

const require = createRequire(import.meta.url)

export default {
  plugins: [ethers, ignition],
  // A block is final, and on a chain without traffic no five others follow it.
  ignition: { requiredConfirmations: 1, blockPollingInterval: 100 },
  solidity: { version: '0.8.37', path: require.resolve('solc/soljson.js') },
  networks: {
    credible: {
      type: 'http',
      url: process.env.CREDIBLE_URL ?? 'http://127.0.0.1:8545',
      accounts: process.env.CREDIBLE_KEYS?.split(',') ?? 'remote',
    },
  },
}

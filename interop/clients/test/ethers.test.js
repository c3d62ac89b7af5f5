import { openEthers } from '../clients/ethers.js'
import { runMatrix } from '../lib/suite.js'

runMatrix('ethers', openEthers)

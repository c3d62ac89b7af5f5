import { openWeb3 } from '../clients/web3.js'
import { runMatrix } from '../lib/suite.js'

runMatrix('web3', openWeb3)

import { openViem } from '../clients/viem.js'
import { runMatrix } from '../lib/suite.js'

runMatrix('viem', openViem)

// The flows of the matrix. Each takes a client – one shape for all libraries, in
// which every encoding, signature, request and decoding is the library's own –
// and ends with an assertion on the state of the chain.
import { delegation } from './delegation.js'
import { entrypoint } from './entrypoint.js'
import { erc1155 } from './erc1155.js'
import { erc20 } from './erc20.js'
import { erc721 } from './erc721.js'
import { governor } from './governor.js'
import { logs } from './logs.js'
import { moves } from './moves.js'
import { native } from './native.js'
import { passkey } from './passkey.js'
import { safe } from './safe.js'
import { subscriptions } from './subscriptions.js'
import { traces } from './traces.js'
import { transfer } from './transfer.js'
import { uniswap } from './uniswap.js'

export const flows = {
  transfer, erc20, erc721, erc1155, governor, uniswap, safe, entrypoint, delegation, passkey, traces, logs, subscriptions, native, moves,
}

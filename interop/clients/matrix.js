// The matrix: clients, flows, and what is said about single cells. MATRIX.md is
// made of this; a test compares them.

/** flows are the rows, in the order in which they run. */
export const flows = {
  transfer: 'Transfers (legacy and EIP-1559), whole blocks, state in history',
  erc20: 'OpenZeppelin ERC-20: events, allowance, custom error, EIP-2612 permit',
  erc721: 'OpenZeppelin ERC-721: mint, approval, safe transfer to a contract',
  erc1155: 'OpenZeppelin ERC-1155: batches',
  governor: 'OpenZeppelin Governor: proposal, vote, execution',
  uniswap: 'Uniswap v2: pair at its CREATE2 address, liquidity, swap',
  safe: 'Safe 1.5: proxy, two of three EIP-712 signatures',
  entrypoint: 'ERC-4337 EntryPoint 0.8: an operation that makes its account',
  delegation: 'EIP-7702: delegation paid for by another, batch, revocation',
  passkey: 'P256VERIFY (EIP-7951): precompile and contract',
  traces: 'debug_trace*: callTracer, struct logs, prestateTracer with diff',
  logs: 'Logs by topic and range, polled filters',
  subscriptions: 'Subscriptions: heads, logs, pending transactions',
  native: 'Blocks with native transactions: whole block, transaction, receipt',
  moves: 'From node to node: each reads what was written on the one before, then writes',
}

/** networkOnly are the flows that a chain of one node has no use for. */
export const networkOnly = ['moves']

/**
 * clients are the columns. A client has a test for every flow on every server,
 * named `client flow server`, unless reasons says why not; ways says where it goes
 * another way than the shared flow. packages are its pins.
 */
export const clients = {
  ethers: {
    title: 'ethers', packages: ['ethers'],
    notes: { native: 'sent by provider.send: broadcastTransaction refuses types that ethers does not know' },
  },
  viem: { title: 'viem', packages: ['viem'] },
  web3: {
    title: 'web3.js', packages: ['web3', 'web3-eth-abi', 'web3-eth-accounts'],
    notes: {
      delegation: 'web3.js knows no type-4 transaction: viem signs it, web3.js carries it and does everything else',
      native: 'sent by the request manager: sendSignedTransaction refuses types that web3.js does not know',
    },
  },
  hardhat: {
    title: 'Hardhat + Ignition', folder: 'hardhat',
    packages: ['hardhat', '@nomicfoundation/hardhat-ethers', '@nomicfoundation/hardhat-ignition', '@nomicfoundation/hardhat-ignition-ethers'],
    ways: {
      erc20: 'Ignition deploys and calls, inside a script and by `hardhat ignition deploy`; then the shared flow',
      subscriptions: 'Hardhat’s HTTP network has no WebSocket: hardhat-ethers polls for blocks and logs',
    },
    notes: {
      delegation: 'with the gas given: for an estimate hardhat-ethers spells a signature that begins with a zero as nodes must refuse it',
      native: 'sent by provider.send, as ethers does',
    },
  },
  foundry: {
    title: 'forge and cast', packages: ['@foundry-rs/forge', '@foundry-rs/cast'],
    ways: {
      erc20: '`forge script --broadcast`, CREATE2 through the deterministic deployer included; then the shared flow with cast',
      traces: 'the shared flow, then `cast run` replays a transaction from historic state',
      subscriptions: '`cast logs --subscribe`; cast has no command for heads or pending transactions',
    },
    notes: { native: '`cast publish`' },
  },
  metamask: {
    title: 'MetaMask network controller', packages: ['@metamask/network-controller', 'ethers'],
    ways: { subscriptions: 'the controller has no WebSocket: its block tracker follows the chain' },
    notes: { native: 'sent by eth_sendRawTransaction through the wallet’s provider' },
  },
  geth: {
    title: 'geth ethclient + abigen', module: 'github.com/ethereum/go-ethereum', oracle: true,
    notes: {
      transfer: 'EIP-1559 only; ethclient checks whole blocks against their roots',
      erc20: 'through a binding that abigen makes; without the permit',
      logs: 'by topic, range and block hash; ethclient has no polled filters',
      native: 'by SendRawTransactionSync; geth computes another hash of what is shown, so ids come from receipts, and secp256k1 only',
      traces: 'callTracer and struct logs by gethclient; prestateTracer for a whole block',
    },
  },
}

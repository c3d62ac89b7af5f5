// Uniswap v2 as published: the router finds its pairs by CREATE2 and a hash of
// their code that it was compiled with, so it works only where both are right.
import assert from 'node:assert/strict'

import { getCreate2Address, keccak256, solidityPackedKeccak256 } from 'ethers'

import { artifact } from '../lib/artifacts.js'
import { deployToken, unit } from './erc20.js'
import { same } from './same.js'

const pairCodeHash = '0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f'
const far = 10n ** 12n

export async function uniswap(client) {
  const [owner, trader] = client.accounts
  assert.equal(keccak256(artifact('UniswapV2Pair').bytecode), pairCodeHash)
  const factory = await client.deploy(0, artifact('UniswapV2Factory'), [owner])
  const ether = await client.deploy(0, artifact('WETH9'))
  const router = await client.deploy(0, artifact('UniswapV2Router02'), [factory.address, ether.address])
  const token = await deployToken(client, 'Pool')

  await client.write(0, token, 'approve', [router.address, 1_000n * unit])
  await client.write(0, router, 'addLiquidityETH', [token.address, 1_000n * unit, 0n, 0n, owner, far], { value: 10n * unit })
  const address = await client.read(factory, 'getPair', [token.address, ether.address])
  const [low, high] = [token.address, ether.address].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
  same(address, getCreate2Address(factory.address, solidityPackedKeccak256(['address', 'address'], [low, high]), pairCodeHash))

  const path = [ether.address, token.address]
  const [, expected] = await client.read(router, 'getAmountsOut', [unit, path])
  // A pair writes more in the first swap of a second, so an estimate from the second before would not do.
  await client.write(1, router, 'swapExactETHForTokens', [expected, path, trader, far], { value: unit, gas: 300_000n })
  assert.equal(await client.read(token, 'balanceOf', [trader]), expected)
  const pair = { ...artifact('UniswapV2Pair'), address }
  const [first, second] = await client.read(pair, 'getReserves')
  assert.deepEqual([first, second].sort(), [11n * unit, 1_000n * unit - expected].sort())
}

import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from '../clients/foundry.js'
import { deployment, environment, openHardhat, project } from '../clients/hardhat.js'
import { deployToken, erc20 } from '../flows/erc20.js'
import { same } from '../flows/same.js'
import { runMatrix } from '../lib/suite.js'

// ignition deploys with Ignition inside a script, then hardhat-ethers uses what is there.
async function ignition(client) {
  const [, owner] = client.accounts
  const deployed = await client.deployModule('Matrix')
  const [coin, till] = await Promise.all([deployed.coin, deployed.till].map(async (contract) => ({
    abi: JSON.parse(contract.interface.formatJson()), address: await contract.getAddress(),
  })))
  await paid(client, coin, till, owner)
  await command(client)
  await erc20(client)
}

// paid checks what the module leaves on the chain.
async function paid(client, coin, till, owner) {
  same(await client.read(till, 'owner'), owner)
  same(await client.read(till, 'coin'), coin.address)
  assert.equal(await client.read(coin, 'balanceOf', [till.address]), 400n)
}

// command deploys with `hardhat ignition deploy`, as a person does.
async function command(client) {
  const { chain, accounts: [, owner] } = client
  const id = `command-${chain.suite}`
  await rm(deployment(id), { recursive: true, force: true })
  const words = ['ignition', 'deploy', 'ignition/modules/Matrix.js', '--network', 'credible', '--deployment-id', id]
  await run(process.execPath, [join(project, 'node_modules/hardhat/dist/src/cli.js'), ...words], {
    cwd: project, env: { ...process.env, ...environment(chain), HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'false', CI: 'true', NO_COLOR: '1' },
  })
  const addresses = JSON.parse(await readFile(join(deployment(id), 'deployed_addresses.json'), 'utf8'))
  const at = async (name) => {
    const { abi } = JSON.parse(await readFile(join(project, 'artifacts', 'contracts', 'Matrix.sol', `${name}.json`), 'utf8'))
    return { name, abi, address: addresses[`Matrix#${name}`] }
  }
  const [coin, till] = [await at('Coin'), await at('Till')]
  await paid(client, coin, till, owner)
}

// events follows blocks and logs as hardhat-ethers does: it polls.
async function events(client) {
  const [owner, friend] = client.accounts
  const token = await deployToken(client, 'Live')
  const contract = new client.ethers.Contract(token.address, token.abi, client.ethers.provider)
  const [head, log] = [Promise.withResolvers(), Promise.withResolvers()]
  await client.ethers.provider.once('block', head.resolve)
  await contract.once('Transfer', (...args) => log.resolve(args.slice(0, 3)))
  const { blockNumber } = await client.write(0, token, 'transfer', [friend, 3n])
  assert.ok(BigInt(await head.promise) <= blockNumber)
  assert.deepEqual(await log.promise, [owner, friend, 3n])
  assert.equal(await client.read(token, 'balanceOf', [friend]), 3n)
}

runMatrix('hardhat', openHardhat, { erc20: ignition, subscriptions: events })

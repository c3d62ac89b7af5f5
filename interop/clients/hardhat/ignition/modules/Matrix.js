import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

// A coin, a till that knows it, and a payment into the till after both.
export default buildModule('Matrix', (m) => {
  const coin = m.contract('Coin', [1_000n])
  const till = m.contract('Till', [coin, m.getAccount(1)])
  m.call(coin, 'transfer', [till, 400n])
  return { coin, till }
})

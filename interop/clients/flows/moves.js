// Through every node of a network: what was written on one is read on the next as
// soon as that has come to the height, and the next transaction goes out from there.
// The last node is the first again.
import assert from 'node:assert/strict'

export async function moves(client) {
  const [from, to] = client.accounts
  const [before, nonce] = [await client.balance(to), await client.nonce(from)]
  const { nodes } = client.chain
  let { blockNumber } = await client.transfer(0, to, 1n)
  for (let by = 1; by <= nodes; by++) {
    const there = await client.move(by, blockNumber)
    try {
      assert.equal(await there.balance(to), before + BigInt(by))
      assert.equal(await there.nonce(from), nonce + BigInt(by))
      blockNumber = (await there.transfer(0, to, 1n)).blockNumber
      assert.equal(await there.balance(to), before + BigInt(by) + 1n)
    } finally {
      await there.close()
    }
  }
}

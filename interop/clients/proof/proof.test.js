// eth_getProof through viem and cast on chains with Ethereum's trie. The clients pass
// proofs on and check nothing, so a verifier stands here, made of ethers' RLP and
// Keccak-256 alone.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { decodeRlp, keccak256, toBeHex, toBigInt, zeroPadValue } from 'ethers'
import { createPublicClient, http } from 'viem'

import { program, run } from '../clients/foundry.js'
import { rpc, startChain, suites } from '../lib/chain.js'

const emptyRoot = keccak256('0x80')
const emptyCode = keccak256('0x')

// nibbles returns the digits of a compact path and whether it is a leaf's.
const nibbles = (compact) => {
  const digits = compact.slice(2)
  const flag = parseInt(digits[0], 16)
  return { leaf: flag >= 2, path: digits.slice(flag % 2 ? 1 : 2) }
}

// verify follows a key from the root and returns the value there, undefined when there is none.
function verify(root, key, proof) {
  if (root === emptyRoot) return assert.deepEqual(proof, [])
  let path = keccak256(key).slice(2)
  let expected = root
  let node
  for (let i = 0; ; ) {
    if (typeof expected === 'string') {
      assert.equal(keccak256(proof[i]), expected, `node ${i} is not the one that its parent names`)
      node = decodeRlp(proof[i++])
    } else {
      node = expected // it stands in its parent
    }
    let next
    if (node.length === 17) {
      next = node[parseInt(path[0], 16)]
      path = path.slice(1)
    } else {
      const { leaf, path: own } = nibbles(node[0])
      const here = path.startsWith(own)
      path = path.slice(own.length)
      if (leaf || !here) {
        assert.equal(i, proof.length)
        return here && path === '' ? node[1] : undefined
      }
      next = node[1]
    }
    if (next === '0x') return assert.equal(i, proof.length)
    expected = next
  }
}

// check verifies an account and its slots under a state root.
function check(stateRoot, answer) {
  const leaf = verify(stateRoot, answer.address, answer.accountProof)
  const [nonce, balance, storage, code] = leaf ? decodeRlp(leaf) : ['0x', '0x', emptyRoot, emptyCode]
  const number = (text) => (text === '0x' ? 0n : toBigInt(text))
  assert.deepEqual([BigInt(answer.nonce), BigInt(answer.balance), answer.storageHash, answer.codeHash], [number(nonce), number(balance), storage, code])
  for (const { key, value, proof } of answer.storageProof) {
    const found = verify(storage, zeroPadValue(toBeHex(key), 32), proof)
    assert.equal(BigInt(value), found ? number(decodeRlp(found)) : 0n)
  }
}

for (const suite of suites) {
  describe(`proofs on ${suite}`, () => {
    let chain
    let contract
    before(async () => {
      chain = await startChain(suite, '--commitment', 'patricia')
      // Its constructor stores 42 in slot 0 and 7 in slot 1.
      const hash = await rpc(chain, 'eth_sendTransaction', { from: chain.accounts[0].address, data: '0x602a5f55600760015500' })
      contract = (await rpc(chain, 'eth_getTransactionReceipt', hash)).contractAddress
      await rpc(chain, 'evm_mine')
    })
    after(() => chain?.stop())

    test(`viem getProof ${suite}`, async () => {
      const client = createPublicClient({ transport: http(chain.url) })
      const storageKeys = [0, 1, 2].map((n) => zeroPadValue(toBeHex(n), 32))
      for (const blockNumber of [0n, 1n, await client.getBlockNumber()]) {
        const { stateRoot } = await client.getBlock({ blockNumber })
        for (const address of [contract, chain.accounts[0].address, '0x00000000000000000000000000000000000000aa']) {
          const answer = await client.getProof({ address, storageKeys, blockNumber })
          check(stateRoot, answer)
          if (address === contract && blockNumber > 0n) assert.deepEqual(answer.storageProof.map((s) => s.value), [42n, 7n, 0n])
        }
      }
    })

    test(`cast proof ${suite}`, async () => {
      const { stateRoot } = await rpc(chain, 'eth_getBlockByNumber', '0x1', false)
      const answer = JSON.parse(await run(program('cast'), ['proof', contract, '0', '1', '--block', '1', '--rpc-url', chain.url]))
      assert.equal(answer.storageProof.length, 2)
      check(stateRoot, answer)
      answer.storageProof[0].value = '0x2b'
      assert.throws(() => check(stateRoot, answer))
    })
  })
}

// P256VERIFY (EIP-7951): a signature of the platform's own P-256, checked by the
// precompile alone and inside a contract.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'

import { artifact } from '../lib/artifacts.js'
import { word } from './same.js'

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const precompile = '0x0000000000000000000000000000000000000100'

const hex = (text, encoding) => '0x' + Buffer.from(text, encoding).toString('hex').padStart(64, '0')

function signed(text) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' })
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex')
  const s = BigInt('0x' + signature.slice(64))
  return {
    digest: '0x' + createHash('sha256').update(text).digest('hex'), x: hex(x, 'base64url'), y: hex(y, 'base64url'),
    r: '0x' + signature.slice(0, 64), s: '0x' + word(s > order / 2n ? order - s : s),
  }
}

export async function passkey(client) {
  const { digest, x, y, r, s } = signed('credible')
  const input = (d) => '0x' + [d, r, s, x, y].map((w) => w.slice(2)).join('')
  assert.equal(await client.callRaw(precompile, input(digest)), '0x' + word(1n))
  assert.equal(await client.callRaw(precompile, input('0x' + word(1n))), '0x')

  const verifier = await client.deploy(0, artifact('Passkey'), [x, y])
  await client.write(1, verifier, 'accept', [digest, r, s])
  assert.equal(await client.refusal(1, verifier, 'accept', ['0x' + word(1n), r, s]), 'WrongSignature')
  assert.equal(await client.read(verifier, 'accepted'), 1n)
}

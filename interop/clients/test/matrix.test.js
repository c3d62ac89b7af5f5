import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { flows as shared } from '../flows/index.js'
import { root } from '../lib/artifacts.js'
import { table } from '../lib/table.js'
import { clients, flows } from '../matrix.js'

const read = (...path) => readFileSync(join(root, ...path), 'utf8')

test('the committed table is the one that the matrix makes', () => {
  assert.equal(read('MATRIX.md'), table())
})

test('every row of the table is a flow, and every column has its tests', () => {
  assert.deepEqual(Object.keys(flows), Object.keys(shared))
  const declared = readdirSync(join(root, 'test')).map((file) => file.replace('.test.js', '')).filter((name) => name !== 'matrix')
  assert.deepEqual([...declared, 'geth'].sort(), Object.keys(clients).sort())
  const column = [...read('..', '..', 'oracle', 'flows_test.go').matchAll(/\{"(\w+)", \w+\}/g)].map(([, flow]) => flow)
  assert.deepEqual(column, Object.keys(flows))
})

test('lockfiles name no registry', () => {
  for (const folder of ['.', 'hardhat']) {
    const { packages } = JSON.parse(read(folder, 'package-lock.json'))
    assert.deepEqual(Object.entries(packages).filter(([, p]) => p.resolved !== undefined).map(([name]) => name), [])
  }
})

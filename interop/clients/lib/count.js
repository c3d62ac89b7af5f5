// Reads `go test -json`, prints a line per test, and the output of those that
// failed; at the end `ℹ pass N` and `ℹ fail N` of the tests without subtests.
import { createInterface } from 'node:readline'

const results = new Map()
const output = new Map()
let broken = ''
for await (const line of createInterface({ input: process.stdin })) {
  let event
  try {
    event = JSON.parse(line)
  } catch {
    broken += line + '\n'
    continue
  }
  const { Action: action, Test: name, Output: text = '', Elapsed: seconds } = event
  if (!name) {
    if (/^build-(output|fail)$/.test(action)) broken += text
    continue
  }
  if (action === 'output') output.set(name, (output.get(name) ?? '') + text)
  if (action === 'pass' || action === 'fail') results.set(name, { action, seconds })
}
const leaves = [...results].filter(([name]) => ![...results.keys()].some((other) => other.startsWith(name + '/')))
for (const [name, { action, seconds }] of leaves) {
  console.log(`${action === 'pass' ? '✔' : '✖'} ${name} (${seconds} s)`)
  if (action === 'fail') console.log(output.get(name))
}
if (broken) console.log(broken)
const count = (action) => leaves.filter(([, result]) => result.action === action).length
console.log(`ℹ pass ${count('pass')}\nℹ fail ${count('fail') + (broken && leaves.length === 0 ? 1 : 0)}`)

// MATRIX.md, made of matrix.js and the pins. With an argument it is written there.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { clients, flows, networkOnly } from '../matrix.js'
import { root } from './artifacts.js'
import { networks, suites } from './chain.js'

const repository = join(root, '..', '..')

function pins({ packages = [], folder = '.', module }) {
  if (module) {
    const [, version] = readFileSync(join(repository, 'oracle', 'go.mod'), 'utf8').match(new RegExp(`${module} (v\\S+)`))
    return `${module} ${version}`
  }
  const { dependencies } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  return packages.map((name) => `${name} ${dependencies[name]}`).join(', ')
}

/** table returns the text of MATRIX.md. */
export function table() {
  const remarks = []
  const cell = (client, flow) => {
    const { ways = {}, notes = {}, reasons = {} } = clients[client]
    const remark = reasons[flow] ?? ways[flow] ?? notes[flow]
    if (remark) remarks.push(`${remarks.length + 1}. ${clients[client].title}, ${flow}: ${remark}.`)
    const marks = [...suites.map(() => (networkOnly.includes(flow) ? '–' : '✔')), ...networks.map(() => '✔')]
    return (reasons[flow] ? 'no test' : marks.join(' ')) + (remark ? ` (${remarks.length})` : '')
  }
  const names = Object.keys(clients)
  const rows = Object.entries(flows).map(([flow, title]) => `| **${flow}** – ${title} | ${names.map((name) => cell(name, flow)).join(' | ')} |`)
  return `# The client matrix

Real, unmodified clients. A mark is a test that ends with an assertion on the state of the chain: the first two on
\`credible dev\` with the suites \`${suites[0]}\` and \`${suites[1]}\`, the other two on networks of four validators that
\`credible network\` makes, with the same suites; there the clients are spread over the nodes. – is a flow that a chain
of one node has no use for. \`build/clients.sh\` runs all of them.
This file is made of \`matrix.js\` by \`node lib/table.js MATRIX.md\`, and a test compares them.

| Flow | ${names.map((name) => clients[name].title).join(' | ')} |
|---|${names.map(() => '---').join('|')}|
${rows.join('\n')}

A test is named \`CLIENT FLOW SERVER\` (\`${names[0]} transfer ${suites[1]}\`, \`${names[0]} transfer network ${suites[1]}\`); geth's are
\`TestGethClientsCompleteEveryFlow/SERVER/FLOW\` in \`oracle/\`. Client names: ${names.map((name) => `\`${name}\``).join(', ')}.

## Remarks

${remarks.join('\n')}

## Pins

${names.map((name) => `- ${clients[name].title}: ${pins(clients[name])}`).join('\n')}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file] = process.argv
  if (file) writeFileSync(file, table())
  else process.stdout.write(table())
}

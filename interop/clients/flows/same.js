import assert from 'node:assert/strict'

/** same compares hex whatever its case. */
export const same = (a, b) => assert.equal(a?.toLowerCase(), b?.toLowerCase())

/** word is a number as 32 bytes in hex, without a prefix. */
export const word = (n) => n.toString(16).padStart(64, '0')

/** eventOf returns the first event of that name in a receipt. */
export function eventOf(client, contract, receipt, name) {
  return eventsOf(client, contract, receipt).then((events) => {
    const found = events.find((e) => e.name === name)
    assert.ok(found, `the receipt has no event ${name}`)
    return found
  })
}

async function eventsOf(client, contract, receipt) {
  const events = []
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== contract.address.toLowerCase()) continue
    const found = await client.decode(contract, log)
    if (found) events.push(found)
  }
  return events
}

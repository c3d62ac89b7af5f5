// Values in one shape, whatever a client makes of them.

const tidyOne = (type, value, components) => {
  const array = type.match(/^(.*)\[\d*\]$/)
  if (array) return Array.from(value, (v) => tidyOne(array[1], v, components))
  if (type === 'tuple') return components.map((c, i) => tidyOne(c.type, value[c.name] ?? value[i], c.components))
  if (/^u?int/.test(type)) return BigInt(value)
  if (type === 'bool') return value === true || value === 'true'
  if (type === 'address' || type.startsWith('bytes')) return value.toLowerCase()
  return value
}

/** tidy returns decoded values in ABI order: bigint, boolean, lower-case hex, string, or arrays of these. */
export const tidy = (parameters, values) => parameters.map((p, i) => tidyOne(p.type, values[i] ?? values[p.name], p.components))

/** only returns the value of a result of one, and the list of others. */
export const only = (values) => (values.length === 1 ? values[0] : values)

/** type spells the type of an ABI parameter. */
export function type(parameter) {
  if (!parameter.type.startsWith('tuple')) return parameter.type
  return `(${parameter.components.map(type).join(',')})${parameter.type.slice('tuple'.length)}`
}

/** signature spells an ABI item, such as transfer(address,uint256). */
export const signature = (item) => `${item.name}(${item.inputs.map(type).join(',')})`

/** find returns the function, event or error of an ABI by name or signature. */
export function find(abi, kind, name) {
  const found = abi.find((item) => item.type === kind && (item.name === name || signature(item) === name))
  if (!found) throw new Error(`the ABI has no ${kind} ${name}`)
  return found
}

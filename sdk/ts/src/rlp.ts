// RLP in its one canonical form. viem's own decoder takes other spellings too, and an
// envelope that a node refuses must not look good here.
import { NativeError } from './errors.ts'

/** Item is a byte string or a list of items. */
export type Item = Uint8Array | Item[]

// The envelope nests five deep: signatures and access lists are in lists of lists.
const maxDepth = 5

const fail = (what: string): never => {
  throw new NativeError('malformed', what)
}

/** encode returns the encoding of an item. */
export function encode(item: Item): Uint8Array {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && item[0]! < 0x80) return item
    return join([header(0x80, item.length), item])
  }
  const content = join(item.map(encode))
  return join([header(0xc0, content.length), content])
}

/** decode reads exactly one item. */
export function decode(input: Uint8Array): Item {
  const [item, end] = read(input, 0, input.length, 0)
  if (end !== input.length) fail('bytes are left after the list')
  return item
}

/** join returns the parts in one. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function header(base: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length)
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Uint8Array.of(base + 55 + digits.length, ...digits)
}

// read reads the item at a place that ends at or before limit, and returns where it ends.
function read(input: Uint8Array, at: number, limit: number, depth: number): [Item, number] {
  if (at >= limit) fail('it ends inside an item')
  const first = input[at]!
  if (first < 0x80) return [input.subarray(at, at + 1), at + 1]
  const base = first < 0xc0 ? 0x80 : 0xc0
  const [start, end] = extent(input, at, limit, first - base)
  if (base === 0x80) {
    if (end - start === 1 && input[start]! < 0x80) fail('a byte has a header that it does not need')
    return [input.subarray(start, end), end]
  }
  if (depth >= maxDepth) fail('lists are nested too deep')
  const list: Item[] = []
  for (let next = start; next < end; ) {
    const [item, after] = read(input, next, end, depth + 1)
    list.push(item)
    next = after
  }
  return [list, end]
}

// extent returns where the content of an item begins and ends; size is what its first
// byte says beyond the base.
function extent(input: Uint8Array, at: number, limit: number, size: number): [number, number] {
  let start = at + 1
  let length = size
  if (size > 55) {
    start += size - 55
    if (start > limit) fail('it ends inside a length')
    if (input[at + 1] === 0) fail('a length has leading zeros')
    length = input.subarray(at + 1, start).reduce((sum, digit) => sum * 256 + digit, 0)
    if (length <= 55) fail('a length is written longer than needed')
  }
  if (length > limit - start) fail('it ends inside an item')
  return [start, start + length]
}

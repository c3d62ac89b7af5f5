// Fields between JavaScript's values and items of RLP.
import { bytesToHex, hexToBytes, isHex, type Hex } from 'viem'

import { NativeError } from './errors.ts'
import type { Item } from './rlp.ts'

/** bytes reads hexadecimal digits of any number of bytes. */
export function bytes(name: string, value: Hex): Uint8Array {
  if (!isHex(value) || value.length % 2 !== 0) throw new NativeError('malformed', `${name} is not 0x and pairs of hexadecimal digits`)
  return hexToBytes(value)
}

/** fixed reads hexadecimal digits of so many bytes. */
export function fixed(name: string, value: Hex, size: number): Uint8Array {
  const content = bytes(name, value)
  if (content.length !== size) throw new NativeError('malformed', `${name} has ${content.length} bytes, want ${size}`)
  return content
}

/** optional is fixed, or the empty string where there is no value; a value is not zero. */
export function optional(name: string, value: Hex | undefined, size: number): Uint8Array {
  if (value === undefined) return new Uint8Array()
  const content = fixed(name, value, size)
  if (content.every((digit) => digit === 0)) throw new NativeError('malformed', `${name} is zero; leave it out`)
  return content
}

/** integer writes an integer of so many bits at most, without leading zeros. */
export function integer(name: string, value: bigint, bits: number): Uint8Array {
  if (typeof value !== 'bigint' || value < 0n || value >> BigInt(bits) !== 0n) throw new NativeError('malformed', `${name} is no integer of ${bits} bits`)
  if (value === 0n) return new Uint8Array()
  const digits = value.toString(16)
  return hexToBytes(`0x${digits.length % 2 ? '0' : ''}${digits}`)
}

/** Reader takes the items of a list in order. */
export class Reader {
  private at = 0
  private readonly items: Item[]
  private readonly what: string

  constructor(item: Item | undefined, what: string) {
    if (!Array.isArray(item)) throw new NativeError('malformed', `${what} is not a list`)
    this.items = item
    this.what = what
  }

  /** bytes takes a byte string. */
  bytes(name: string): Hex {
    return bytesToHex(this.string(name))
  }

  /** fixed takes a byte string of so many bytes. */
  fixed(name: string, size: number): Hex {
    const content = this.bytes(name)
    fixed(name, content, size)
    return content
  }

  /** optional takes a byte string of so many bytes that is not zero, or undefined for the empty one. */
  optional(name: string, size: number): Hex | undefined {
    const content = this.bytes(name)
    if (content === '0x') return undefined
    optional(name, content, size)
    return content
  }

  /** integer takes an integer of so many bits at most. */
  integer(name: string, bits: number): bigint {
    const content = this.string(name)
    if (content[0] === 0) throw new NativeError('malformed', `${name} has leading zeros`)
    if (content.length * 8 > bits) throw new NativeError('malformed', `${name} has more than ${bits} bits`)
    return content.length === 0 ? 0n : BigInt(bytesToHex(content))
  }

  /** list takes a list and reads each of its items, at most so many. */
  list<T>(name: string, most: number, read: (item: Item) => T): T[] {
    const item = this.next()
    if (!Array.isArray(item)) throw new NativeError('malformed', `${name} is not a list`)
    if (item.length > most) throw new NativeError('malformed', `${name} has ${item.length} items, at most ${most}`)
    return item.map(read)
  }

  /** end refuses items that are left. */
  end(): void {
    if (this.at !== this.items.length) throw new NativeError('malformed', `${this.what} has ${this.items.length} fields, want ${this.at}`)
  }

  private string(name: string): Uint8Array {
    const item = this.next()
    if (!(item instanceof Uint8Array)) throw new NativeError('malformed', `${name} is not a byte string`)
    return item
  }

  private next(): Item | undefined {
    return this.items[this.at++]
  }
}

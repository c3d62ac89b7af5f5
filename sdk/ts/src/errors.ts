/** NativeErrorCode is a name from the table of docs/spec/formats, "The native transaction". */
export type NativeErrorCode =
  | 'unknown-type'
  | 'malformed'
  | 'window'
  | 'nonce'
  | 'tip'
  | 'gas-cost'
  | 'payer'
  | 'calls'
  | 'creation'
  | 'value'
  | 'signature-count'
  | 'signature-shape'
  | 'chain'
  | 'scheme'
  | 'account'
  | 'payload'

/** NativeError says by its code which rule is broken, and in words what was found. */
export class NativeError extends Error {
  readonly code: NativeErrorCode

  constructor(code: NativeErrorCode, message: string) {
    super(`native transaction: ${message}`)
    this.name = 'NativeError'
    this.code = code
  }
}

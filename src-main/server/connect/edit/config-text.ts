import { UnusableConfigError } from './config-document.ts'

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The text of a configuration file, with what has to be put back around it. */
export interface ConfigText {
  readonly hasByteOrderMark: boolean
  readonly text: string
}

/** Throws UnusableConfigError for bytes that are not UTF-8: decoding them would change them. */
export function decodeConfig(bytes: Buffer): ConfigText {
  const hasByteOrderMark = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)
  const body = hasByteOrderMark ? bytes.subarray(3) : bytes
  try {
    return { hasByteOrderMark, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body) }
  } catch {
    throw new UnusableConfigError('it is not UTF-8 text', { line: 1, column: 1 })
  }
}

export function encodeConfig({ hasByteOrderMark, text }: ConfigText): Buffer {
  return Buffer.concat([hasByteOrderMark ? BYTE_ORDER_MARK : Buffer.alloc(0), Buffer.from(text, 'utf8')])
}

import { describe, expect, test } from 'vitest'
import { idOfOversize, LineSplitter } from './line-splitter.ts'
import type { OversizeLine } from './line-splitter.ts'

function split(chunks: readonly (string | Buffer)[], maxBytes?: number) {
  const lines: string[] = []
  const oversize: OversizeLine[] = []
  const splitter = new LineSplitter(
    { line: (line) => lines.push(line.toString('utf8')), oversize: (line) => oversize.push(line) },
    maxBytes,
  )
  for (const chunk of chunks) splitter.push(Buffer.from(chunk))
  splitter.end()
  return { lines, oversize }
}

test('lines come out whole however the bytes are cut, even inside a character', () => {
  const text = '{"a":"日本語 🌊"}\n{"b":2}\r\n\n  \t\n{"c":"é"}'
  const bytes = Buffer.from(text)
  for (let size = 1; size <= bytes.length; size += 1) {
    const chunks: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
    expect(split(chunks).lines).toEqual(['{"a":"日本語 🌊"}', '{"b":2}', '{"c":"é"}'])
  }
})

test('a byte order mark before the first line is not part of it', () => {
  expect(split(['\uFEFF{"a":1}\n']).lines).toEqual(['{"a":1}'])
})

test('a line over the limit is reported with its ends, and the next line is read', () => {
  const long = `{"jsonrpc":"2.0","id":7,"method":"m","params":"${'x'.repeat(5_000)}"}`
  const { lines, oversize } = split([long.slice(0, 900), long.slice(900, 1_500), long.slice(1_500), '\n{"b":1}\n'], 1_000)
  expect(lines).toEqual(['{"b":1}'])
  expect(oversize.map(idOfOversize)).toEqual([7])
})

describe('the id of a line too long to parse', () => {
  const big = 'x'.repeat(4_000)
  const cases: [string, string, string | number | undefined][] = [
    ['first', `{"id":"a-1","method":"m","params":{"t":"${big}"}}`, 'a-1'],
    ['last, after the version', `{"method":"m","params":{"t":"${big}"},"jsonrpc":"2.0","id":12}`, 12],
    ['last, before the version', `{"method":"m","params":{"t":"${big}"},"id":12,"jsonrpc":"2.0"}`, 12],
    ['only inside the parameters', `{"method":"m","params":{"t":"${big}","id":12}}`, undefined],
    ['of an answer', `{"jsonrpc":"2.0","id":3,"result":{"t":"${big}"}}`, undefined],
  ]
  test.each(cases)('%s', (_where, line, id) => {
    expect(idOfOversize(split([line], 1_000).oversize[0]!)).toBe(id)
  })
})

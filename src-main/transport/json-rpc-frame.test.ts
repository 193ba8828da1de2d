import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFrame } from './json-rpc-frame.ts'

const read = (text: string) => readFrame(Buffer.from(text))

describe('a frame', () => {
  test.each([
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', { kind: 'request', id: 1, method: 'ping', params: undefined }],
    ['{"jsonrpc":"2.0","id":"a","method":"m","params":{"x":1}}', { kind: 'request', id: 'a', method: 'm', params: { x: 1 } }],
    ['{"jsonrpc":"2.0","id":"","method":"m"}', { kind: 'request', id: '' }],
    ['{"jsonrpc":"2.0","method":"notifications/initialized"}', { kind: 'other' }],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', { kind: 'other' }],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}', { kind: 'other' }],
  ])('%s is read', (text, expected) => {
    expect(read(text)).toMatchObject(expected)
  })

  test.each([
    ['', null, -32700],
    ['{', null, -32700],
    ['hello', null, -32700],
    ['[]', null, -32600],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', null, -32600],
    ['null', null, -32600],
    ['1', null, -32600],
    ['{}', null, -32600],
    ['{"id":1,"method":"ping"}', 1, -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 1, -32600],
    ['{"jsonrpc":"2.0","id":1}', 1, -32600],
    ['{"jsonrpc":"2.0","id":1,"method":5}', 1, -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":"x"}', 1, -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":null}', 1, -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}', 1, -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":7}}', 1, -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":{}}}}', 1, -32602],
    ['{"jsonrpc":"1.0","id":1,"result":{}}', null, -32600],
    ['{"jsonrpc":"2.0","id":null,"method":"m"}', null, -32600],
    ['{"jsonrpc":"2.0","id":1.5,"method":"m"}', null, -32600],
    ['{"jsonrpc":"2.0","id":1e99,"method":"m"}', null, -32600],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', null, -32600],
    [`{"jsonrpc":"2.0","id":"${'x'.repeat(257)}","method":"m"}`, null, -32600],
  ])('%s is broken', (text, id, code) => {
    expect(read(text)).toMatchObject({ kind: 'broken', id, code })
  })

  test('is handed on without members that JSON-RPC does not know', () => {
    const frame = read('{"jsonrpc":"2.0","id":1,"method":"m","params":{"x":1},"result":{},"extra":7,"__proto__":{"y":2}}')
    expect(frame).toEqual({
      kind: 'request',
      id: 1,
      method: 'm',
      params: { x: 1 },
      message: { jsonrpc: '2.0', id: 1, method: 'm', params: { x: 1 } },
    })
  })

  test('of any bytes never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (bytes) => {
          expect(['request', 'other', 'broken']).toContain(readFrame(Buffer.from(bytes)).kind)
        },
      ),
    )
  })

  test('nested as deep as the message limit allows does not throw', () => {
    const depth = 500_000
    expect(read(`{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`)).toMatchObject({ id: 1 })
  })
})

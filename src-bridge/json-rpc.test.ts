import { expect, test } from 'vitest'
import { keyOf, readMessage } from './json-rpc.ts'

const read = (text: string) => readMessage(Buffer.from(text))

test('requests, notifications and answers are told apart', () => {
  expect(read('{"jsonrpc":"2.0","id":1,"method":"ping"}')).toEqual({ kind: 'request', id: 1, method: 'ping', params: undefined })
  expect(read('{"jsonrpc":"2.0","method":"n","params":{"a":1}}')).toEqual({ kind: 'notification', method: 'n', params: { a: 1 } })
  expect(read('{"jsonrpc":"2.0","id":"x","result":{}}')).toEqual({ kind: 'answer', id: 'x', result: {}, isError: false })
  expect(read('{"jsonrpc":"2.0","id":null,"error":{}}')).toEqual({ kind: 'answer', id: null, result: undefined, isError: true, error: {} })
})

test.each([
  ['{"a":', -32700],
  ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
  ['42', -32600],
  ['{}', -32600],
  ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":5}', -32600],
  ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":1e400,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', -32600],
  [`{"jsonrpc":"2.0","id":"${'x'.repeat(257)}","method":"ping"}`, -32600],
  ['{"jsonrpc":"2.0","id":5,"method":7,"result":{}}', -32600],
  ['{"jsonrpc":"1.0","method":"notifications/initialized"}', -32600],
  ['{"jsonrpc":"2.0","method":"notifications/initialized","params":"x"}', -32600],
  ['{"jsonrpc":"2.0","id":5,"method":"ping","params":[1]}', -32602],
])('%s is answered with %d', (text, code) => {
  expect(read(text)).toMatchObject({ kind: 'broken', code })
})

test('what is broken is answered with its id, unless that is the id of an answer', () => {
  expect(read('{"id":5,"method":"ping"}')).toMatchObject({ kind: 'broken', id: 5 })
  expect(read('{"id":5,"result":{}}')).toMatchObject({ kind: 'broken', id: null })
})

test('bytes that are no UTF-8 never reach the server', () => {
  expect(readMessage(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ kind: 'broken', code: -32700 })
})

test('1 and "1" are two ids', () => {
  expect(keyOf(1)).not.toBe(keyOf('1'))
})

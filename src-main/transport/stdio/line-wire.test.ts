import { PassThrough } from 'node:stream'
import { beforeEach, expect, test } from 'vitest'
import { LineWire } from './line-wire.ts'

let input: PassThrough
let output: PassThrough
let wire: LineWire
let heard: string[]
let closed: number
beforeEach(() => {
  input = new PassThrough()
  output = new PassThrough()
  wire = new LineWire({ input, output, maxMessageBytes: 100 })
  heard = []
  closed = 0
  wire.start({ message: (bytes) => heard.push(bytes.toString('utf8')), failed: () => undefined, closed: () => (closed += 1) })
})
const said = () => (output.read() as Buffer | null)?.toString('utf8') ?? ''
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('takes lines however they are cut, and sends lines', async () => {
  input.write('{"a"')
  input.write(':1}\r\n\n{"b":2}\n')
  await turn()
  expect(heard).toEqual(['{"a":1}', '{"b":2}'])
  await wire.send('{"c":3}')
  expect(said()).toBe('{"c":3}\n')
})

test('refuses what is too large under its own id, and goes on', async () => {
  input.write(`{"jsonrpc":"2.0","id":7,"method":"x","params":"${'y'.repeat(200)}"}\n{"b":2}\n`)
  await turn()
  expect(JSON.parse(said())).toMatchObject({ id: 7, error: { code: 413, data: { details: { limit_bytes: 100 } } } })
  expect(heard).toEqual(['{"b":2}'])
})

test('says that the input has ended, with the last line, and can still answer', async () => {
  input.end('{"a":1}')
  expect(await wire.ended).toBe('the input ended')
  expect([heard, closed]).toEqual([['{"a":1}'], 0])
  await wire.send('{"late":1}')
  expect(said()).toBe('{"late":1}\n')
})

test('is closed when nobody reads the output any more', async () => {
  output.destroy(new Error('EPIPE'))
  expect(await wire.ended).toBe('nobody reads the output')
  expect(closed).toBe(1)
  await expect(wire.send('{}')).rejects.toMatchObject({ code: 'unavailable' })
})

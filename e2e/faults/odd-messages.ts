import { oddId, oddValue } from './odd-values.ts'
import type { SeededRandom } from './seeded-random.ts'

/** One thing to write: a text frame, or a line of the bridge's input. */
export interface FuzzCase {
  readonly bytes: Buffer
  /** What the answer to its request must contain, when it is one whose answer can be told from others. */
  readonly contains?: string
}

export const MODERN_META =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"fuzz","version":"1"}}'

const METHODS: readonly (readonly [number, string])[] = [
  [30, '"ping"'],
  [10, '"no/such/method"'],
  [8, '"tools/call"'],
  [4, '"initialize"'],
  [4, '"server/discover"'],
  [3, '"resources/read"'],
  [3, '"resources/subscribe"'],
  [2, '"resources/unsubscribe"'],
  [2, '"subscriptions/listen"'],
  [3, '"prompts/get"'],
  [3, '"completion/complete"'],
  [2, '"logging/setLevel"'],
  [1, '"tools/list"'],
  [1, '"resources/list"'],
  [4, '"create_memory"'],
  [4, '"search_memories"'],
  [3, '"get_agent_info"'],
  [3, '"get_session_statistics"'],
  [2, '"notifications/initialized"'],
  [2, '"notifications/cancelled"'],
  [2, '"notifications/progress"'],
  [2, '"welcome"'],
  [3, '"__proto__"'],
  [3, '"constructor"'],
  [2, '""'],
  [2, '"\\u0000\\ud800"'],
  [1, `"${'m'.repeat(2_000)}"`],
  [2, '7'],
  [2, 'null'],
  [2, '{}'],
  [2, '["ping"]'],
]

const VERSIONS = ['"1.0"', '2.0', '2', 'null', '"2.0 "', '["2.0"]', '"2.00"', '{}', '""']

/** What a connection speaks, if that is known before its first message is read. */
export type Era = 'legacy' | 'modern' | 'open'

/** One case by its number in its round; the same random state makes the same case. */
export function makeCase(random: SeededRandom, number: number, era: Era): FuzzCase {
  return random.weighted<() => FuzzCase>([
    [10, () => recognizable(random, number, era)],
    [40, () => ({ bytes: Buffer.from(oddMessage(random, number)) })],
    [25, () => ({ bytes: mutated(Buffer.from(oddMessage(random, number)), random) })],
    [10, () => ({ bytes: Buffer.from(noMessage(random, number)) })],
    [5, () => ({ bytes: Buffer.from(answerOfAHost(random, number)) })],
    [5, () => ({ bytes: Buffer.from(`[${oddMessage(random, number)},${oddMessage(random, number)}]`) })],
    [5, () => ({ bytes: random.bytes(random.whole(0, 60)) })],
  ])()
}

/** A request in order, whose answer names what was asked. */
function recognizable(random: SeededRandom, number: number, era: Era): FuzzCase {
  const word = `fuzz${number}w${random.whole(0, 1e9)}`
  const id = random.chance(0.5) ? `${number}` : `"r-${number}"`
  const meta = era === 'modern' ? `,${MODERN_META}` : ''
  const request = (method: string, params: string): string => `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{${params}}}`
  const text = random.weighted([
    [6, request('tools/call', `"name":"${word}","arguments":{}${meta}`)],
    [3, request('search_memories', `"query":"${word}","mode":"keyword","limit":1`)],
    [3, request('tools/call', `"name":"search_memories","arguments":{"query":"${word}","mode":"keyword","limit":1}${meta}`)],
    [3, request('search_memories', `"${word}":1,"query":"x"`)],
    [1, request('create_memory', `"content":"${word}"`)],
  ])
  // On a connection whose first message decides, that may be anything.
  return { bytes: Buffer.from(text), ...(era !== 'open' && { contains: word }) }
}

/** JSON that looks like a message, with one or more of its parts wrong. */
function oddMessage(random: SeededRandom, number: number): string {
  const fields = [
    `"jsonrpc":${random.chance(0.9) ? '"2.0"' : random.pick(VERSIONS)}`,
    `"id":${random.weighted([
      [3, `${number}`],
      [2, `"s-${number}"`],
      [1, `${Math.max(1, number - random.whole(1, 5))}`],
      [3, oddId(random, number)],
    ])}`,
    `"method":${random.weighted(METHODS)}`,
  ]
  if (random.chance(0.7)) fields.push(`"params":${random.chance(0.5) ? oddParams(random, number) : oddValue(random, number)}`)
  if (random.chance(0.05)) fields.push(`"${random.pick(['result', 'error', 'extra', '__proto__'])}":${oddValue(random, number)}`)
  if (random.chance(0.15)) fields.splice(random.whole(0, 2), 1)
  if (random.chance(0.1)) fields.reverse()
  const gap = random.pick(['', '', '', ' ', '\t', '\r\n'])
  return `${gap}{${fields.join(`${gap},`)}${gap}}`
}

function oddParams(random: SeededRandom, number: number): string {
  const value = (): string => oddValue(random, number)
  return random.weighted([
    [4, `{"name":${random.pick(['"get_agent_info"', '"nope"', '"search_memories"', value()])},"arguments":${value()}}`],
    [2, `{"protocolVersion":${random.pick(['"2025-11-25"', '"2024-11-05"', '"9999-01-01"', value()])},"capabilities":{},"clientInfo":{"name":"f","version":"1"}}`],
    [2, `{"protocolVersion":"2025-11-25","capabilities":${value()},"clientInfo":${value()}}`],
    [2, `{${MODERN_META},"name":${value()}}`],
    [1, `{${MODERN_META},"notifications":${value()}}`],
    [2, `{"content":${value()}}`],
    [2, `{"query":${value()},"limit":${value()}}`],
    [2, `{"uri":${value()}}`],
    [1, `{"ref":${value()},"argument":{"name":"x","value":${value()}}}`],
    [1, `{"requestId":${random.pick([String(Math.max(1, number - 1)), value()])}}`],
  ]) // prettier-ignore
}

/** What a host sends to a question of the server; nobody asked. */
function answerOfAHost(random: SeededRandom, number: number): string {
  const id = random.pick([`${number}`, '0', '"s-1"', 'null', oddId(random, number)])
  const version = random.chance(0.9) ? '"2.0"' : random.pick(VERSIONS)
  return `{"jsonrpc":${version},"id":${id},"${random.pick(['result', 'error'])}":${oddValue(random, number)}}`
}

function noMessage(random: SeededRandom, number: number): string {
  return random.pick([
    '',
    ' ',
    '[]',
    '[[]]',
    'NaN',
    'undefined',
    '\u0000',
    '{"jsonrpc":"2.0"',
    `{"jsonrpc":"2.0","id":${number},"method":`,
    `{'jsonrpc':'2.0','id':${number},'method':'ping'}`,
    `{"jsonrpc":"2.0","id":${number},"method":"ping",}`,
    `{"jsonrpc":"2.0","id":0x${number},"method":"ping"}`,
    `{"jsonrpc":"2.0","id":${number},"method":"ping"}{"jsonrpc":"2.0","id":${number},"method":"ping"}`,
    `\ufeff{"jsonrpc":"2.0","id":${number},"method":"ping"}`,
    `Content-Length: 52\r\n\r\n{"jsonrpc":"2.0","id":${number},"method":"ping"}`,
    `GET / HTTP/1.1\r\nHost: x\r\n\r\n`,
    '['.repeat(random.whole(1, random.pick([100, 100, 30_000]))),
    '{"a":'.repeat(random.whole(1, random.pick([50, 50, 5_000]))),
    `"${'\\u'.repeat(random.whole(1, 50))}"`,
    oddValue(random, number),
  ])
}

/** Cut, doubled, exchanged or sprinkled with bytes that are no text. */
function mutated(bytes: Buffer, random: SeededRandom): Buffer {
  const at = random.whole(0, bytes.length)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  return random.pick([
    () => before,
    () => after,
    () => Buffer.concat([before, after.subarray(random.whole(1, 8))]),
    () => Buffer.concat([before, bytes.subarray(Math.max(0, at - random.whole(1, 20)))]),
    () => Buffer.concat([before, random.bytes(random.whole(1, 4)), after]),
    () => Buffer.concat([before, Buffer.from(random.pick(['"', '\\', '{', '}', ',', ':', '\u0001', '\u007f'])), after]),
    () => Buffer.concat([before, Buffer.from(random.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5], [0xe2, 0x82]])), after]),
    () => Buffer.concat([after, before]),
  ])()
}

import { oddValue } from '../faults/odd-values.ts'
import type { SeededRandom } from '../faults/seeded-random.ts'

/** A JSON schema of the document, as far as its requests use it. */
export interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly format?: string
}

/** Ids of things that are there, by the name of the argument that they fit. */
export type Stock = Readonly<Record<string, readonly string[]>>

export interface TextSource {
  readonly random: SeededRandom
  readonly stock: Stock
  /** How many of the values are wrong, from 0 to 1. */
  readonly faultRate: number
}

const UUID = '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
const WORDS = [
  'tea',
  'rail',
  'budget',
  'Kyōto',
  'naïve',
  '東京',
  'plan',
  'x',
  'kept',
  'and',
  'OR',
  '"quoted"',
  "o'clock",
  '50%',
  '*',
  'NEAR',
]
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/**
 * JSON text by a schema: mostly what it allows with a taste for its limits, now and then just beside it, and sometimes nonsense. Text,
 * not a value: some of what a server must stand no value can say (a key twice, 1e400, half a character).
 */
export function jsonText(schema: Schema, name: string, source: TextSource, depth = 0): string {
  const { random } = source
  if (random.chance(source.faultRate)) return random.chance(0.6) ? besideText(schema, random) : oddValue(random, random.whole(0, 99))
  if (name === 'wait_seconds') return String(random.whole(0, 2) / 10) // a request must not wait for longer than the test does
  if (schema.enum) return JSON.stringify(random.pick(schema.enum))
  if (schema.anyOf) return jsonText(random.pick(schema.anyOf), name, source, depth)
  switch (schema.type) {
    case 'string':
      return JSON.stringify(textOf(schema, name, source))
    case 'integer':
    case 'number':
      return numberText(schema, random)
    case 'boolean':
      return String(random.chance(0.5))
    case 'null':
      return 'null'
    case 'array':
      return listText(schema, name, source, depth)
    case 'object':
      return objectText(schema, source, depth)
    case undefined:
    default:
      return random.pick(['1', '"text"', '{"a":[1,2]}', 'null', 'true'])
  }
}

function textOf({ pattern, format, minLength = 0, maxLength = 200 }: Schema, name: string, { random, stock }: TextSource): string {
  const known = stock[name] ?? (pattern === UUID ? stock['memory_id'] : undefined)
  if (known && known.length > 0 && random.chance(0.8)) return random.pick(known)
  if (pattern === UUID) return `00000000-0000-4000-8000-${signs(random, 12, '0123456789abcdef')}`
  if (pattern === '^[0-9a-f]{64}$') return signs(random, 64, '0123456789abcdef')
  if (format === 'date-time') return new Date(random.whole(0, 4_102_444_800_000)).toISOString()
  if (format === 'uri') return `https://example.com/${signs(random, 8)}`
  if (pattern !== undefined) return `a${signs(random, random.pick([0, 1, 8, maxLength - 1]))}`
  const length = random.weighted([
    [10, random.whole(minLength, Math.min(maxLength, 60))],
    [1, minLength],
    [1, Math.min(maxLength, 20_000)],
  ])
  const words = Array.from({ length: Math.ceil(length / 4) }, () => random.pick(WORDS)).join(' ')
  return words
    .slice(0, Math.max(length, minLength, 1))
    .padEnd(minLength, 'x')
    .toWellFormed()
}

function numberText({ type, minimum = -1_000, maximum = 1_000 }: Schema, random: SeededRandom): string {
  const least = Math.max(minimum, -1e9)
  const most = Math.min(maximum, 1e9)
  if (type === 'integer')
    return String(random.pick([least, most, random.whole(least, most), random.whole(least, Math.min(most, least + 10))]))
  return String(random.pick([least, most, least + random.next() * (most - least)]))
}

function listText({ items = {}, minItems = 0, maxItems = 10 }: Schema, name: string, source: TextSource, depth: number): string {
  const { random } = source
  const count = random.weighted([
    [8, Math.min(maxItems, minItems + random.whole(0, 3))],
    [1, minItems],
    [1, Math.min(maxItems, depth > 0 ? 5 : 100)],
  ])
  // A list of ids is named for many of what one is named for.
  const each = name.replace(/_ids$/, '_id')
  return `[${Array.from({ length: count }, () => jsonText(items, each, source, depth + 1)).join(',')}]`
}

function objectText({ properties = {}, required = [], additionalProperties }: Schema, source: TextSource, depth: number): string {
  const { random, faultRate } = source
  const share = random.pick([0.1, 0.4, 0.9])
  const taken = Object.entries(properties).filter(([name]) =>
    required.includes(name) ? !random.chance(faultRate / 2) : random.chance(depth > 3 ? 0 : share),
  )
  const members = taken.map(([name, schema]) => `${JSON.stringify(name)}:${jsonText(schema, name, source, depth + 1)}`)
  if (additionalProperties !== false && additionalProperties !== undefined && random.chance(0.5))
    members.push(`"key ${random.whole(0, 9)}":${random.pick(['1', '"v"', '[true]', '{"deep":{"er":null}}'])}`)
  if (random.chance(faultRate))
    members.push(random.pick(['"unknown":1', '"__proto__":{"isAdmin":true}', '"constructor":7', '"":""', '"scope":"admin"']))
  if (random.chance(faultRate) && members[0] !== undefined) members.push(members[0])
  return `{${members.join(',')}}`
}

/** Just outside of what a schema allows. */
function besideText({ type, minimum, maximum, minLength, maxLength = 200, maxItems, enum: choices }: Schema, random: SeededRandom): string {
  const make: (() => string)[] = [() => 'null', () => '""', () => '" "', () => '[]', () => '{}', () => '-1', () => '0.5']
  if (type === 'integer' || type === 'number')
    make.push(
      () => String((minimum ?? 0) - 1),
      () => String((maximum ?? Number.MAX_SAFE_INTEGER) + 1),
      () => '"12"',
      () => '9007199254740993',
      () => '1e308',
    )
  if (type === 'string')
    make.push(
      () => JSON.stringify('x'.repeat(maxLength + 1)),
      () => JSON.stringify('x'.repeat(Math.max(0, (minLength ?? 1) - 1))),
      () => '"\\u0000"',
      () => '"a\\u0000b"',
      () => '"\\ud83d"',
      () => JSON.stringify('é'.repeat(Math.min(maxLength, 5_000))),
      () =>
        JSON.stringify(
          random.pick(["'; DROP TABLE memories; --", '../../etc/passwd', '%00', '{{input.x}}', '\r\nSet-Cookie: a=b', '<script>', '-0']),
        ),
      () =>
        JSON.stringify(
          random.pick(['9999-99-99', 'yesterday', '+275760-09-13T00:00:00Z', '-271821-04-20T00:00:00Z', 'in 10000000000 years', 'now']),
        ),
    )
  if (type === 'array')
    make.push(
      () => `[${'1,'.repeat(maxItems ?? 100)}1]`,
      () => `[${'"a",'.repeat(maxItems ?? 100)}"a"]`,
      () => '[null]',
      () => '"one"',
    )
  if (choices)
    make.push(
      () => JSON.stringify(String(choices[0]).toUpperCase()),
      () => '"toString"',
    )
  return random.pick(make)()
}

export function signs(random: SeededRandom, count: number, alphabet: string = ALPHABET): string {
  return Array.from({ length: count }, () => alphabet[random.whole(0, alphabet.length - 1)]).join('')
}

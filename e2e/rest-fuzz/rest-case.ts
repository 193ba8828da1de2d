import { SeededRandom } from '../faults/seeded-random.ts'
import { importFile } from './import-files.ts'
import { ODD_METHODS, oddHeaders, oddQuery, segment, strangePath } from './odd-requests.ts'
import type { HeaderList } from './odd-requests.ts'
import { jsonText } from './schema-texts.ts'
import type { Schema, Stock, TextSource } from './schema-texts.ts'

/** An operation of the document, as far as a request is made from it. */
export interface FuzzedOperation {
  readonly method: string
  /** With `{name}` segments. */
  readonly path: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: 'path' | 'query'
    readonly required: boolean
    readonly schema: Schema
  }[]
  /** By content type. */
  readonly body: Readonly<Record<string, Schema>>
}

export interface FuzzWorld {
  readonly apiUrl: string
  readonly operations: readonly FuzzedOperation[]
  readonly stock: Stock
  /** Lines of a file that the server exported. */
  readonly exported: readonly string[]
  /** Headers of everyone who asks. */
  readonly callers: Readonly<Record<CallerName, Readonly<Record<string, string>>>>
}

export type CallerName = 'anonymous' | 'agent' | 'other' | 'owner'

export interface RestCase {
  readonly operation: FuzzedOperation
  readonly caller: CallerName
  readonly method: string
  readonly path: string
  readonly headers: HeaderList
  readonly body?: Buffer
  /** Whether the path may lead to another operation, or to none. */
  readonly isStrayed: boolean
}

const MIB = 1024 * 1024

/** What takes long, or grows with all that was stored: some of it shows as much as a lot. */
const COSTLY = /\/(export|import|backups|verify|mcpb|preview|clients)$|\/backups\/[^/]+\/restore$/

/** Case `number` of a run: the same for the same seed, wherever and beside whatever it runs. */
export function restCase(seed: string, number: number, world: FuzzWorld): RestCase {
  const random = new SeededRandom(`${seed}:rest:${number}`)
  const operation = pickOperation(random, world.operations)
  const caller = random.weighted<CallerName>([
    [2, 'anonymous'],
    [5, 'agent'],
    [1, 'other'],
    [3, 'owner'],
  ])
  const faultRate = random.weighted([
    [5, 0],
    [3, 0.08],
    [2, 0.5],
  ])
  const source: TextSource = { random, stock: world.stock, faultRate }
  const method = random.chance(0.06) ? random.pick(ODD_METHODS) : operation.method
  const isStrange = random.chance(0.04)
  const usualPath = pathOf(operation, source, harmlessClient(operation))
  const path = isStrange ? strangePath(random, usualPath) : usualPath
  const body = bodyOf(operation, source, world.exported)
  return {
    operation,
    caller,
    method,
    path,
    headers: {
      ...world.callers[caller],
      ...(body && { 'Content-Type': body.type }),
      ...(random.chance(0.15) && oddHeaders(random, world.apiUrl)),
      ...(random.chance(0.05) && oddHeaders(random, world.apiUrl)),
    },
    ...(body && method !== 'TRACE' && { body: body.bytes }),
    isStrayed: isStrange,
  }
}

function pickOperation(random: SeededRandom, operations: readonly FuzzedOperation[]): FuzzedOperation {
  const picked = random.pick(operations)
  return COSTLY.test(picked.path) && random.chance(0.85) ? pickOperation(random, operations) : picked
}

/** Wiring a client writes into the settings of real programs, and trying one starts them: such a request names no client that is there. */
function harmlessClient({ method, path }: FuzzedOperation): boolean {
  return method === 'POST' && path.includes('/clients/')
}

function pathOf(operation: FuzzedOperation, source: TextSource, isNobody: boolean): string {
  const { random, faultRate } = source
  const textOf = (schema: Schema, name: string): string => asText(jsonText(schema, name, source))
  const filled = operation.path.replace(/\{(\w+)\}/g, (_segment, name: string) => {
    const schema = operation.parameters.find((parameter) => parameter.in === 'path' && parameter.name === name)?.schema ?? {
      type: 'string',
    }
    const value = isNobody ? `nobody-${textOf({ type: 'string' }, name)}` : textOf(schema, name).slice(0, 3_000)
    return segment(random, value, random.chance(faultRate / 2))
  })
  const taken = operation.parameters.filter((parameter) => parameter.in === 'query' && (parameter.required || random.chance(0.3)))
  const pairs = taken.flatMap(({ name, schema }) => {
    const given =
      schema.type === 'array' ? Array.from({ length: random.whole(1, 3) }, () => textOf(schema.items ?? {}, name)) : [textOf(schema, name)]
    return given.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value.slice(0, 2_000).toWellFormed())}`)
  })
  const all = random.chance(faultRate / 2) ? oddQuery(random, pairs) : pairs
  return all.length === 0 ? filled : `${filled}?${all.join('&').replaceAll(' ', '%20')}`
}

function bodyOf(
  { body, path }: FuzzedOperation,
  source: TextSource,
  exported: readonly string[],
): { readonly type: string; readonly bytes: Buffer } | undefined {
  const { random, faultRate } = source
  const types = Object.entries(body)
  if (types.length === 0) return random.chance(0.03) ? { type: 'application/json', bytes: Buffer.from('{"a":1}') } : undefined
  const [type, schema] = random.pick(types)
  if (random.chance(0.000_5)) return { type, bytes: Buffer.alloc(random.pick([11, 65]) * MIB, '{"content":"') }
  if (path.endsWith('/settings')) return { type, bytes: Buffer.from(settingsText(schema, source)) }
  if (path.endsWith('/import')) return { type, bytes: importFile(random, exported) }
  if (!random.chance(faultRate / 4)) return { type, bytes: Buffer.from(jsonText(schema, '', source)) }
  const text = jsonText(schema, '', source)
  return {
    type,
    bytes: random.pick([
      () => Buffer.from(text.slice(0, random.whole(0, text.length))),
      () => Buffer.from(text, 'utf16le'),
      () => Buffer.from(`\ufeff${text}`),
      () => Buffer.concat([Buffer.from(text), random.bytes(3)]),
      () => random.bytes(random.whole(0, 60)),
      () => Buffer.from(`[${text}]`),
      () => Buffer.from(`${text}${text}`),
      () => Buffer.from('a=b&content=form'),
      () => Buffer.alloc(0),
    ])(),
  }
}

/** Settings that do the server of the test no harm, whatever they are: no limit, log or tool of it hangs on them. */
const HARMLESS_SETTINGS = [
  'trash_days',
  'backup_keep',
  'backup_interval',
  'audit_keep_days',
  'log_keep_days',
  'session_resume_ttl',
  'no_setting',
]

/** A change of settings, of harmless names or of none that there are. */
function settingsText(schema: Schema, source: TextSource): string {
  const { random, faultRate } = source
  if (random.chance(faultRate)) return jsonText(schema, '', source)
  const value = random.pick([
    () => String(random.whole(0, 5_000)),
    () => 'null',
    () => jsonText({ type: 'string' }, 'value', source),
    () => jsonText({ type: 'array', items: { type: 'string' } }, 'value', source),
  ])()
  return `{"changes":{${JSON.stringify(random.pick(HARMLESS_SETTINGS))}:${value}}}`
}

/** What stands in a URL for a JSON text: of a text what it says. */
function asText(json: string): string {
  if (!json.startsWith('"')) return json
  try {
    return String(JSON.parse(json))
  } catch {
    return json
  }
}

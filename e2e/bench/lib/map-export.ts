import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { subjectNote, SUBJECTS } from '../../data/subjects.ts'
import { MODEL_ID } from '../../processes/places.ts'
import { seededRandom } from './sample-text.ts'

const WIDTH = 384
const T0 = Date.UTC(2026, 0, 1)
const MINUTES_A_NOTE = 9
/** Kinds of notes within a subject, each with a direction of its own beside that of the subject. */
const KINDS = 6
const RECORDS_PER_PART = 400

/** Writes an export of notes about subjects, with vectors that lean to their subject and kind: nothing is embedded, and there are islands to see. */
export async function writeMapExport(file: string, memories: number): Promise<void> {
  await pipeline(Readable.from(parts(memories)), createWriteStream(file))
}

async function* parts(memories: number): AsyncGenerator<string> {
  const selection = { trash: true, history: true, vectors: true }
  const header = `${JSON.stringify({ format: 'tmws-export', format_version: 1, made_by: 'tmws bench', selection })}\n`
  const whole = createHash('sha256').update(header)
  const body = createHash('sha256')
  yield await Promise.resolve(header)
  for (let from = 0; from < memories; from += RECORDS_PER_PART) {
    let text = ''
    for (let index = from; index < Math.min(memories, from + RECORDS_PER_PART); index += 1)
      for (const record of recordsOf(index)) text += `${JSON.stringify(record)}\n`
    for (const hash of [whole, body]) hash.update(text)
    yield text
  }
  const counts = { memory: memories, history: memories, vector: memories }
  yield `${JSON.stringify({ kind: 'end', counts, body_sha256: body.digest('hex'), sha256: whole.digest('hex') })}\n`
}

function recordsOf(index: number): object[] {
  const { subject, agent, namespace, content, tags } = subjectNote(index)
  const id = `01930000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`
  const at = new Date(T0 + index * MINUTES_A_NOTE * 60_000).toISOString()
  const level = (['private', 'team', 'public'] as const)[index % 3]
  const facts = { agent_id: agent, namespace, access_level: level, content, tags, importance: (index % 10) / 10, pinned: false }
  const rest = { created_at: at, updated_at: at, access_count: 0, version: 1, shared_with: [], links: [], context: {} }
  return [
    { kind: 'memory', id, ...facts, ...rest },
    { kind: 'history', memory_id: id, version: 1, action: 'created', changed_at: at, changed_by: agent },
    { kind: 'vector', memory_id: id, model: MODEL_ID, dimensions: WIDTH, windows: [vectorOf(subject, index).toString('base64')] },
  ]
}

function vectorOf(subject: number, index: number): Buffer {
  const towards = direction(subject)
  const kind = direction(SUBJECTS.length + subject * KINDS + (index % KINDS))
  const own = seededRandom(index + 104_729)
  const values = towards.map((value, i) => value + 0.8 * (kind[i] ?? 0) + 0.9 * (own() - 0.5))
  const peak = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const bytes = Buffer.alloc(4 + WIDTH)
  let norm = 0
  for (const [i, value] of values.entries()) {
    const rounded = Math.round((value / peak) * 127)
    bytes.writeInt8(rounded, 4 + i)
    norm += rounded * rounded
  }
  bytes.writeFloatLE(1 / Math.sqrt(norm), 0)
  return bytes
}

const directions = new Map<number, readonly number[]>()

function direction(seed: number): readonly number[] {
  const known = directions.get(seed)
  if (known) return known
  const random = seededRandom(seed + 1)
  const made = Array.from({ length: WIDTH }, () => random() - 0.5)
  directions.set(seed, made)
  return made
}

import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sampleNote, seededRandom } from './sample-text.ts'
import { sampleVector } from './sample-vectors.ts'

export interface SampleSize {
  readonly memories: number
  /** Of the vectors; 0 for none. */
  readonly dimensions: number
}

const T0 = Date.UTC(2026, 0, 1)
const AGENTS = 50
const RECORDS_PER_PART = 200

/**
 * Writes an export as a team of agents would leave it after some time: every kind of record, memories in every state. The same sizes give
 * the same file. Returns how many records of each kind there are.
 *
 * Of ten memories one is in the trash, three have been changed (one to four times), five have links, one is shared, one expires, all but one
 * have vectors (every fourth of two windows). There is a task for each ten memories, a workflow for each hundred and a run of it for each fifty.
 */
export async function writeSampleExport(file: string, size: SampleSize): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  await pipeline(Readable.from(parts(size, counts)), createWriteStream(file))
  return counts
}

async function* parts(size: SampleSize, counts: Record<string, number>): AsyncGenerator<string> {
  const selection = { trash: true, history: true, vectors: size.dimensions > 0 }
  const header = `${JSON.stringify({ format: 'tmws-export', format_version: 1, made_by: 'tmws bench', selection })}\n`
  const whole = createHash('sha256').update(header)
  const body = createHash('sha256')
  yield await Promise.resolve(header)
  let text = ''
  let held = 0
  for (const record of records(size)) {
    text += `${JSON.stringify(record)}\n`
    counts[record.kind] = (counts[record.kind] ?? 0) + 1
    if ((held += 1) % RECORDS_PER_PART !== 0) continue
    for (const hash of [whole, body]) hash.update(text)
    yield text
    text = ''
  }
  for (const hash of [whole, body]) hash.update(text)
  yield `${text}${JSON.stringify({ kind: 'end', counts, body_sha256: body.digest('hex'), sha256: whole.digest('hex') })}\n`
}

function* records(size: SampleSize): Generator<{ readonly kind: string }> {
  for (let index = 0; index < AGENTS; index += 1) yield agent(index)
  for (let index = 0; index < size.memories; index += 1) yield* memory(index, size)
  for (let index = 0; index < size.memories / 10; index += 1) yield task(index)
  const workflows = Math.ceil(size.memories / 100)
  for (let index = 0; index < workflows; index += 1) yield workflow(index)
  for (let index = 0; index < size.memories / 50; index += 1) yield execution(index, index % workflows)
}

function agent(index: number) {
  return {
    kind: 'agent',
    agent_id: nameOf(index),
    display_name: `Agent ${index}`,
    namespace: spaceOf(index),
    access_level: 'team',
    is_registered: index % 3 !== 0,
    created_at: at(index),
    last_seen_at: at(index + 60),
    capabilities: index % 3 === 0 ? {} : { languages: ['en', 'de'], level: index },
    metadata: {},
  }
}

function* memory(index: number, { dimensions }: SampleSize) {
  const random = seededRandom(index + 1)
  const id = idOf('1', index)
  const owner = index % AGENTS
  const isTrash = index % 10 === 3
  const edits = index % 10 < 3 ? 1 + (index % 4) : 0
  const version = 1 + edits + (isTrash ? 1 : 0)
  const made = index * 3
  const fields = (state: number) => ({
    id,
    agent_id: nameOf(owner),
    namespace: spaceOf(owner),
    access_level: index % 10 === 4 ? 'shared' : (['private', 'team', 'public'] as const)[index % 3],
    content: sampleNote(index),
    ...(index % 4 === 0 && { summary: `Note ${index} in short, state ${state}` }),
    tags: ['note', `topic ${index % 97}`, ...(index % 5 === 0 ? ['Überblick'] : [])],
    importance: Math.round(random() * 900) / 1000 + state / 10_000,
    pinned: index % 50 === 0,
    created_at: at(made),
    updated_at: at(made + state),
    ...(index % 7 === 0 && { accessed_at: at(made + 30) }),
    access_count: index % 7 === 0 ? index % 11 : 0,
    ...(index % 10 === 6 && { expires_at: '2099-01-01T00:00:00.000Z' }),
    ...(isTrash && state === version - 1 && { deleted_at: at(made + state) }),
    version: state + 1,
    ...(index % 6 === 0 && { source_url: `https://example.com/notes/${index}` }),
    shared_with: index % 10 === 4 ? [{ agent_id: nameOf(owner + 1), permission: 'write', expires_at: '2099-06-01T00:00:00.000Z' }] : [],
    links: index % 2 === 0 && index > 0 ? [{ to: idOf('1', Math.floor(random() * index)), kind: 'relates' }] : [],
    context: index % 3 === 0 ? { project: `p${index % 13}`, list: [1, null, { deep: 0.1 }], text: '日本語 🦊' } : {},
  })
  yield { kind: 'memory', ...fields(version - 1) }
  yield { kind: 'history', memory_id: id, version: 1, action: 'created', changed_at: at(made), changed_by: nameOf(owner) }
  for (let state = 1; state < version; state += 1) {
    const action = isTrash && state === version - 1 ? 'deleted' : 'updated'
    const change = { version: state + 1, action, changed_at: at(made + state), changed_by: nameOf(owner) }
    yield { kind: 'history', memory_id: id, ...change, before: fields(state - 1) }
  }
  if (dimensions === 0 || index % 10 === 9) return
  const windows = Array.from({ length: index % 4 === 0 ? 2 : 1 }, (_, window) => sampleVector(index * 2 + window, dimensions))
  yield { kind: 'vector', memory_id: id, model: 'bench', dimensions, windows: windows.map((bytes) => bytes.toString('base64')) }
}

function task(index: number) {
  const isDone = index % 3 === 0
  return {
    kind: 'task',
    id: idOf('2', index),
    title: `Look after ${index}`,
    description: sampleNote(index),
    type: 'task',
    status: isDone ? 'completed' : 'pending',
    priority: (['low', 'medium', 'high', 'critical'] as const)[index % 4],
    progress: isDone ? 100 : 0,
    created_by: nameOf(index % AGENTS),
    ...(index % 2 === 0 && { assigned_agent_id: nameOf((index + 1) % AGENTS) }),
    dependencies: index > 0 && index % 4 === 0 ? [idOf('2', index - 1)] : [],
    namespace: spaceOf(index % AGENTS),
    notes: index % 5 === 0 ? [{ at: at(index), by: nameOf(0), text: 'seen' }] : [],
    retry_count: 0,
    version: 1 + (index % 3),
    created_at: at(index),
    updated_at: at(index + 1),
    ...(isDone && { started_at: at(index), completed_at: at(index + 1), result: { ok: true, number: index } }),
  }
}

function workflow(index: number) {
  return {
    kind: 'workflow',
    id: idOf('3', index),
    name: `workflow ${index}`,
    namespace: spaceOf(index % AGENTS),
    created_by: nameOf(index % AGENTS),
    version: 1,
    created_at: at(index),
    updated_at: at(index),
    steps: [{ id: 'one', tool: 'list_tasks', arguments: { limit: 5 }, depends_on: [], timeout_seconds: 300, on_error: 'halt' }],
  }
}

function execution(index: number, workflowIndex: number) {
  const id = idOf('4', index)
  const who = workflowIndex % AGENTS
  return {
    kind: 'execution',
    id,
    workflow_id: idOf('3', workflowIndex),
    workflow_name: `workflow ${workflowIndex}`,
    workflow_version: 1,
    status: 'completed',
    trigger: 'call',
    agent_id: nameOf(who),
    namespace: spaceOf(who),
    depth: 0,
    root_execution_id: id,
    created_at: at(index),
    started_at: at(index),
    completed_at: at(index + 1),
    input: { number: index },
    output: { total: index },
    steps: [{ id: 'one', tool: 'list_tasks', status: 'completed', attempts: 1, output: { total: index }, logs: [], started_at: at(index) }],
    scope: { kind: 'agent', agentId: nameOf(who), namespace: spaceOf(who), isAdmin: false },
    definition: [{ id: 'one', tool: 'list_tasks', arguments: { limit: 5 }, depends_on: [], timeout_seconds: 300, on_error: 'halt' }],
  }
}

/** An id of its kind; they sort by the index. */
function idOf(kind: string, index: number): string {
  return `0190000${kind}-0000-7000-8000-${index.toString(16).padStart(12, '0')}`
}

function nameOf(index: number): string {
  return `agent-${String(index).padStart(3, '0')}`
}

function spaceOf(index: number): string {
  return `team-${index % 5}`
}

function at(minutes: number): string {
  return new Date(T0 + minutes * 60_000).toISOString()
}

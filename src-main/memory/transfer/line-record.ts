import { toIso } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { transferRecordSchema } from '../../contract/transfer.ts'
import type { TransferLine } from '../../contract/transfer.ts'
import type { StoredMemory, TransferRecord } from '../../storage/transfer-store.ts'

type Line<K extends TransferLine['kind']> = Extract<TransferLine, { kind: K }>

/** What is wrong with a line of a body, in one sentence; undefined when it is a record. */
export function faultOf(value: unknown): string | undefined {
  try {
    const result = transferRecordSchema.safeParse(value)
    if (result.success) return undefined
    const [issue] = result.error.issues
    const where = issue?.path.join('.') ?? ''
    return `${where === '' ? 'the record' : where}: ${issue?.message ?? 'is not valid'}`
  } catch (error) {
    // Nested so deep that walking it overflows the stack.
    return `the record cannot be read (${messageOf(error)})`
  }
}

/** The record of a line that has no fault. Times are written anew as all wires write them. */
export function recordOf(line: TransferLine): TransferRecord {
  switch (line.kind) {
    case 'agent': {
      const { kind, last_seen_at: seenAt, ...agent } = line
      const times = { created_at: normal(line.created_at), ...(seenAt !== undefined && { last_seen_at: normal(seenAt) }) }
      return { kind, agent: { ...agent, ...times } }
    }
    case 'memory': {
      const { kind, ...memory } = line
      return { kind, memory: storedOf(memory) }
    }
    case 'history': {
      const { version, action, changed_at, changed_by, before } = line
      return {
        kind: 'history',
        memoryId: line.memory_id,
        entry: {
          version,
          action,
          changed_at: normal(changed_at),
          changed_by,
          ...(before && { before: JSON.stringify(storedOf(before)) }),
        },
      }
    }
    case 'vector':
      return {
        kind: 'vector',
        memoryId: line.memory_id,
        model: line.model,
        dimensions: line.dimensions,
        vectors: line.windows.map(toBytes),
      }
    case 'task': {
      const { kind, ...task } = line
      return { kind, task: withTimes(task, ['created_at', 'updated_at', 'started_at', 'completed_at', 'due_at']) }
    }
    case 'workflow': {
      const { kind, ...workflow } = line
      return { kind, workflow: withTimes(workflow, ['created_at', 'updated_at', 'next_run_at', 'last_run_at']) }
    }
    case 'execution':
      return { kind: 'execution', run: runOf(line) }
  }
}

function runOf({ kind: _, definition, scope, cancel_reason: reason, ...run }: Line<'execution'>) {
  const execution = withTimes(run, ['created_at', 'started_at', 'completed_at'])
  return { execution, definition, scope, ...(reason !== undefined && { cancel: { id: run.id, reason } }) }
}

function storedOf(memory: Omit<Line<'memory'>, 'kind'>): StoredMemory {
  const times = ['created_at', 'updated_at', 'accessed_at', 'expires_at', 'deleted_at'] as const
  return {
    ...withTimes(memory, times),
    shared_with: memory.shared_with.map((share) => withTimes(share, ['expires_at'])),
    context: JSON.stringify(memory.context),
  }
}

function withTimes<T extends object>(object: T, names: readonly (keyof T)[]): T {
  const times = names.flatMap((name) => {
    const time = object[name]
    return typeof time === 'string' ? [[name, normal(time)] as const] : []
  })
  return { ...object, ...Object.fromEntries(times) }
}

function normal(time: string): string {
  return toIso(Date.parse(time))
}

/** A copy of its own: what Buffer gives is a part of a larger pool, and all of that would cross to the store's thread. */
function toBytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}

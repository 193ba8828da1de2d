import type { Workflow } from '../../contract/workflow.ts'
import { meetAgent, meetExecution, meetTask, meetWorkflow, mergeAgent as merged, NEW } from '../transfer-rules.ts'
import type { TransferRecord, WriteOptions, WriteOutcome } from '../transfer-store.ts'
import { toRecord as toAgentRecord } from './sql-agents.ts'
import { toRunnable } from './sql-execution-rows.ts'
import type { MemoryTransaction } from './sql-schema.ts'
import { completeTaskRows } from './sql-task-rows.ts'
import { chunks } from './sql-transfer-merge.ts'
import type { Outcomes } from './sql-transfer-merge.ts'
import { insertAgents, insertExecutions, insertTasks, insertWorkflows, replaceAgent, replaceExecution } from './sql-transfer-rows.ts'
import { SqlTaskRows } from './sql-tasks.ts'
import { toColumns as toWorkflowColumns, toWorkflow } from './sql-workflows.ts'

const IDS_PER_QUESTION = 500

export function mergeAgents(tx: MemoryTransaction, records: readonly Of<'agent'>[], options: WriteOptions, outcomes: Outcomes) {
  return mergeAll(records, options, outcomes, {
    of: ({ agent }) => agent,
    idOf: (agent) => agent.agent_id,
    find: async (ids) => (await tx.selectFrom('agents').selectAll().where('agent_id', 'in', ids).execute()).map(toAgentRecord),
    meet: meetAgent,
    insert: (agents) => insertAgents(tx, agents),
    replace: (there, agent) => replaceAgent(tx, merged(there, agent)),
  })
}

export function mergeTasks(tx: MemoryTransaction, records: readonly Of<'task'>[], options: WriteOptions, outcomes: Outcomes) {
  return mergeAll(records, options, outcomes, {
    of: ({ task }) => task,
    idOf: (task) => task.id,
    find: async (ids) => completeTaskRows(tx, await tx.selectFrom('tasks').selectAll().where('id', 'in', ids).execute()),
    meet: meetTask,
    insert: (tasks) => insertTasks(tx, tasks),
    replace: (_, task) => new SqlTaskRows(tx).write(task),
  })
}

export async function mergeWorkflows(
  tx: MemoryTransaction,
  records: readonly Of<'workflow'>[],
  options: WriteOptions,
  outcomes: Outcomes,
): Promise<void> {
  const holders = await holdersOfNames(tx, records)
  return mergeAll(records, options, outcomes, {
    of: ({ workflow }) => workflow,
    idOf: (workflow) => workflow.id,
    find: async (ids) => (await tx.selectFrom('workflows').selectAll().where('id', 'in', ids).execute()).map(toWorkflow),
    meet: meetWorkflow,
    refuse: (workflow, there) => {
      const holder = holders.get(nameKey(workflow))
      if (holder !== undefined && holder !== workflow.id) return { result: 'skipped', reason: 'name_taken' }
      if (there && holders.get(nameKey(there)) === there.id) holders.delete(nameKey(there))
      holders.set(nameKey(workflow), workflow.id)
      return undefined
    },
    insert: (workflows) => insertWorkflows(tx, workflows),
    replace: async (_, workflow) => {
      await tx.updateTable('workflows').set(toWorkflowColumns(workflow)).where('id', '=', workflow.id).execute()
    },
  })
}

export function mergeExecutions(tx: MemoryTransaction, records: readonly Of<'execution'>[], options: WriteOptions, outcomes: Outcomes) {
  return mergeAll(records, options, outcomes, {
    of: ({ run }) => run,
    idOf: ({ execution }) => execution.id,
    find: async (ids) => toRunnable(tx, await tx.selectFrom('executions').selectAll().where('id', 'in', ids).execute()),
    meet: meetExecution,
    insert: (runs) => insertExecutions(tx, runs),
    replace: (_, run) => replaceExecution(tx, run),
  })
}

type Of<K extends TransferRecord['kind']> = TransferRecord & { readonly kind: K }

interface Kind<R, T> {
  of(record: R): T
  idOf(one: T): string
  find(ids: readonly string[]): Promise<T[]>
  meet(there: T, comes: T, options: WriteOptions): WriteOutcome
  /** Why one that would be written is not; asked once for each. */
  refuse?(comes: T, there: T | undefined): WriteOutcome | undefined
  insert(all: readonly T[]): Promise<void>
  replace(there: T, comes: T): Promise<void>
}

/** Merges records of one kind: what is there is read at once, and what is new is written at once. */
async function mergeAll<R extends TransferRecord, T>(
  records: readonly R[],
  options: WriteOptions,
  outcomes: Outcomes,
  kind: Kind<R, T>,
): Promise<void> {
  const known = new Map<string, T>()
  for (const some of chunks(records, IDS_PER_QUESTION)) {
    for (const one of await kind.find(some.map((record) => kind.idOf(kind.of(record))))) known.set(kind.idOf(one), one)
  }
  const fresh = new Map<string, T>()
  for (const record of records) {
    const comes = kind.of(record)
    const id = kind.idOf(comes)
    const there = known.get(id)
    const met = there ? kind.meet(there, comes, options) : NEW
    const isWritten = met.result === 'new' || met.result === 'replaced'
    const outcome = (isWritten ? kind.refuse?.(comes, there) : undefined) ?? met
    outcomes.set(record, outcome)
    if (outcome.result !== 'new' && outcome.result !== 'replaced') continue
    // One of a file that repeats an id meets the one before it.
    known.set(id, comes)
    if (options.dryRun === true) continue
    if (!there || fresh.has(id)) fresh.set(id, comes)
    else await kind.replace(there, comes)
  }
  if (fresh.size > 0) await kind.insert([...fresh.values()])
}

/** Which workflow has each of the names that `records` want. */
async function holdersOfNames(tx: MemoryTransaction, records: readonly Of<'workflow'>[]): Promise<Map<string, string>> {
  const holders = new Map<string, string>()
  for (const some of chunks(records, IDS_PER_QUESTION)) {
    const names = some.map(({ workflow }) => workflow.name)
    const rows = await tx.selectFrom('workflows').select(['id', 'namespace', 'name']).where('name', 'in', names).execute()
    for (const row of rows) holders.set(nameKey(row), row.id)
  }
  return holders
}

function nameKey({ namespace, name }: Pick<Workflow, 'namespace' | 'name'>): string {
  return JSON.stringify([namespace, name])
}
